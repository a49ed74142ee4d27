/** Text that came from outside, made harmless. */
export function escape(text: string | null | undefined): string {
  return (text ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d8dd, #3d434d); --soft: light-dark(#59616e, #a9b1be);
  --surface: light-dark(#fff, #1b1f26); --accent: light-dark(#3f3fc4, #a9a9ff); --on-accent: light-dark(#fff, #14142b);
  --bad: light-dark(#a81c1c, #ff9d9d); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f4f5f7, #12151a); color: light-dark(#1c2026, #e8ebf0); }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
.notice { margin: 0; padding: .5rem 1rem; text-align: center; background: light-dark(#fff3cd, #4a3a08); color: light-dark(#4a3a08, #ffeaa8); font-size: .875rem; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; margin-top: 1rem; }
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.0625rem; margin: 0 0 .5rem; }
.amount { font-size: 2rem; font-weight: 650; margin: .25rem 0; }
.soft { color: var(--soft); font-size: .875rem; }
label, legend { display: block; font-weight: 550; font-size: .875rem; margin: .75rem 0 .25rem; padding: 0; }
label.choice { font-weight: 400; display: flex; gap: .5rem; align-items: baseline; font-size: 1rem; margin: .25rem 0; }
fieldset { border: 0; padding: 0; margin: 0; min-width: 0; }
input[type=text], input[type=email] { width: 100%; font: inherit; padding: .5rem .625rem; border: 1px solid var(--line); border-radius: .5rem; background: transparent; color: inherit; }
input[aria-invalid=true] { border-color: var(--bad); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; align-items: end; }
button, a.button { display: inline-block; font: inherit; font-weight: 600; padding: .625rem 1rem; border-radius: .5rem; border: 1px solid var(--line); background: transparent; color: inherit; text-decoration: none; cursor: pointer; }
button.main { background: var(--accent); color: var(--on-accent); border-color: transparent; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
.problem { color: var(--bad); font-weight: 550; margin: .75rem 0 0; }
a { color: var(--accent); } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; } th, td { text-align: left; padding: .375rem .5rem .375rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; } td:last-child, th:last-child { padding-right: 0; } .scroll { overflow-x: auto; }
code { font-size: .875em; }`

/** A page without scripts and without anything from another host. */
export function page(title: string, body: string, status = 200): Response {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header class="notice">This is Purser’s offline stand-in for Stripe. No money moves.</header>
<main>
${body}
</main>
</body>
</html>
`
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      // Forms answer with a redirect to the product, which is another origin: form-action stays open.
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    },
  })
}

export function seeOther(url: string): Response {
  return new Response(null, { status: 303, headers: { location: url } })
}

export function dateText(seconds: number): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(seconds * 1000),
  )
}

export function field(input: {
  name: string
  label: string
  value?: string
  autocomplete?: string
  inputmode?: string
  placeholder?: string
  type?: 'text' | 'email'
  problem?: string | null
}): string {
  const { name, problem } = input
  const attributes = [
    `id="${name}"`,
    `name="${name}"`,
    `type="${input.type ?? 'text'}"`,
    `value="${escape(input.value)}"`,
    input.autocomplete ? `autocomplete="${input.autocomplete}"` : '',
    input.inputmode ? `inputmode="${input.inputmode}"` : '',
    input.placeholder ? `placeholder="${escape(input.placeholder)}"` : '',
    problem ? `aria-invalid="true" aria-describedby="${name}-problem"` : '',
  ]
  const note = problem
    ? `<p class="problem" id="${name}-problem" role="alert">${escape(problem)}</p>`
    : ''
  return `<label for="${name}">${escape(input.label)}</label><input ${attributes.filter(Boolean).join(' ')}>${note}`
}

/**
 * A testimonial from what the prompt brings: the answers of an interview in their order, or a given
 * testimonial with its spaces and sentence ends put right. A sample of the path, not of good writing.
 */
export function sampleTestimonial(prompt: string): { headline: string; text: string } | null {
  const answers = jsonAfter(prompt, 'Questions and answers:')
  const testimonial = jsonAfter(prompt, 'Testimonial:')
  const texts = Array.isArray(answers) ? answers.map(answerOf) : [testimonial]
  const sentences = texts.filter((text) => typeof text === 'string').map(tidied)
  const first = sentences[0]
  if (first === undefined) return null
  return { headline: first.split(' ').slice(0, 10).join(' '), text: sentences.join(' ') }
}

/** Prompts carry data as one line of JSON after its name. */
function jsonAfter(prompt: string, name: string): unknown {
  const line = prompt.split('\n').find((candidate) => candidate.startsWith(name))
  if (line === undefined) return null
  try {
    return JSON.parse(line.slice(name.length))
  } catch {
    return null
  }
}

function answerOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'answer' in entry ? entry.answer : null
}

function tidied(text: string): string {
  const plain = text.trim().replace(/\s+/g, ' ')
  const ended = /[.!?…]$/.test(plain) ? plain : `${plain}.`
  return ended.charAt(0).toUpperCase() + ended.slice(1)
}

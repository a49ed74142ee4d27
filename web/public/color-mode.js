/* global document, localStorage, matchMedia */
// Runs before the first paint, so that a dark page never flashes white. The key is the one VueUse's useColorMode keeps.
{
  let stored = null
  try {
    stored = localStorage.getItem('vueuse-color-scheme')
  } catch {
    // Storage may be forbidden; the system's preference then decides.
  }
  const isSystemDark = matchMedia('(prefers-color-scheme: dark)').matches
  const isDark = stored === 'dark' || (stored !== 'light' && isSystemDark)
  document.documentElement.classList.toggle('dark', isDark)
}

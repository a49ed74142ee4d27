/** A shuffled copy; the same seed and length give the same order (xorshift32, Fisher–Yates). */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const copy = [...items]
  let state = seed | 0 || 1
  for (let index = copy.length - 1; index > 0; index -= 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const other = (state >>> 0) % (index + 1)
    const held = copy[index] as Item
    copy[index] = copy[other] as Item
    copy[other] = held
  }
  return copy
}

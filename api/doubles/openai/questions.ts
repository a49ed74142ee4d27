/** Questions that suit any product, with `{product}` for its name. The order varies with the prompt. */
const QUESTIONS: readonly (readonly [text: string, reason: string])[] = [
  [
    'What was the hardest part of your work before you started using {product}?',
    'A concrete problem lets readers recognise themselves.',
  ],
  [
    'What made you choose {product} over the alternatives you looked at?',
    'The deciding reason is what other buyers are looking for.',
  ],
  [
    'Which result with {product} surprised you most?',
    'Surprise brings out details that sound true because they are.',
  ],
  [
    'How did your first week with {product} go?',
    'It answers the worry that starting will be difficult.',
  ],
  [
    'What can you do today with {product} that you could not do before?',
    'It shows the change in terms of the customer, not of features.',
  ],
  [
    'How much time does {product} save you in a normal week?',
    'A figure from experience is easy to remember and to quote.',
  ],
  ['Which part of {product} do you use most, and what for?', 'It shows the value in daily use.'],
  [
    'What would you tell a colleague who is still unsure about {product}?',
    'Advice to a colleague is honest and already addressed to the reader.',
  ],
  [
    'What nearly stopped you from trying {product}?',
    'A doubt that was overcome helps readers who have the same one.',
  ],
  [
    'How did the people around you react when you began to use {product}?',
    'It widens the story beyond one person.',
  ],
  [
    'Can you describe a moment when {product} really helped you?',
    'A scene is more convincing than a judgement.',
  ],
  [
    'What would you miss first if {product} were gone tomorrow?',
    'It brings out what the product is worth without asking for praise.',
  ],
]

export function sampleQuestion(
  index: number,
  start: number,
  product: string,
): { text: string; reason: string } {
  const position = (start + index) % QUESTIONS.length
  const [text, reason] = QUESTIONS[position] ?? ['What do you use {product} for?', 'It is a start.']
  return { text: text.replaceAll('{product}', product), reason }
}

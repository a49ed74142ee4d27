import { ref } from 'vue'

/**
 * When a form shows what is wrong: at the first attempt to send it, and from then on as one types. Never on leaving a
 * field, because a text that goes away while the button is pressed moves the button from under the pointer.
 * Bind `validateOn` and `onError` to UForm, and set `eager-validation` on its fields.
 */
export function useValidationAfterSubmit() {
  const validateOn = ref<'input'[]>([])
  return {
    validateOn,
    onError: () => {
      validateOn.value = ['input']
    },
  }
}

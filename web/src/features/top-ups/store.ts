import { defineStore } from 'pinia'
import { ref } from 'vue'

/** Whether the top-up dialog is open: the balance, a refusal and the billing page all ask for the one of the shell. */
export const useTopUpDialog = defineStore('top-up-dialog', () => {
  const isOpen = ref(false)
  return {
    isOpen,
    open: () => {
      isOpen.value = true
    },
  }
})

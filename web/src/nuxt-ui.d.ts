// The components of Nuxt UI that templates use by name. The library's own declaration file holds paths of this one
// installation, so it cannot be kept in the repository; a name that is missing here fails the type check.
import type { RouterLink, RouterView } from 'vue-router'

declare module 'vue' {
  export interface GlobalComponents {
    RouterLink: typeof RouterLink
    RouterView: typeof RouterView
    UAlert: (typeof import('@nuxt/ui/components/Alert.vue'))['default']
    UApp: (typeof import('@nuxt/ui/components/App.vue'))['default']
    UBadge: (typeof import('@nuxt/ui/components/Badge.vue'))['default']
    UButton: (typeof import('@nuxt/ui/components/Button.vue'))['default']
    UCard: (typeof import('@nuxt/ui/components/Card.vue'))['default']
    UDropdownMenu: (typeof import('@nuxt/ui/components/DropdownMenu.vue'))['default']
    UEmpty: (typeof import('@nuxt/ui/components/Empty.vue'))['default']
    UForm: (typeof import('@nuxt/ui/components/Form.vue'))['default']
    UFormField: (typeof import('@nuxt/ui/components/FormField.vue'))['default']
    UIcon: (typeof import('@nuxt/ui/components/Icon.vue'))['default']
    UInput: (typeof import('@nuxt/ui/components/Input.vue'))['default']
    ULink: (typeof import('@nuxt/ui/components/Link.vue'))['default']
    UModal: (typeof import('@nuxt/ui/components/Modal.vue'))['default']
    USkeleton: (typeof import('@nuxt/ui/components/Skeleton.vue'))['default']
    UTextarea: (typeof import('@nuxt/ui/components/Textarea.vue'))['default']
  }
}

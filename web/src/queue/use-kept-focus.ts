/** Keeps the focus in an item of a list that is moved or removed. The browser drops it when an element is moved. */
import { watch, type Ref } from 'vue';

/** @param order changes when items move */
export function useKeptFocus(list: Readonly<Ref<HTMLElement | null>>, order: () => unknown): void {
  let control: HTMLElement | null = null;
  let item: Element | null = null;
  let index = -1;
  watch(
    order,
    () => {
      const { activeElement } = document;
      control = activeElement instanceof HTMLElement && list.value?.contains(activeElement) ? activeElement : null;
      item = control?.closest('li') ?? null;
      index = [...(list.value?.children ?? [])].findIndex((child) => child === item);
    },
    { flush: 'pre' },
  );
  watch(
    order,
    () => {
      if (!control || control === document.activeElement) return;
      control.focus();
      if (document.activeElement === control) return;
      // The button is disabled at the new place, or the item is no longer in the list.
      const items = list.value?.children;
      const target = item?.isConnected ? item : (items?.[index] ?? items?.[index - 1]);
      target?.querySelector('button')?.focus();
    },
    { flush: 'post' },
  );
}

// What this browser remembers of its desk: name, language, theme, sound. A browser that forbids it forgets.

export function load(name: string): string | null {
  try {
    return localStorage.getItem(`fengsui.${name}`);
  } catch {
    return null;
  }
}

export function save(name: string, value: string): void {
  try {
    localStorage.setItem(`fengsui.${name}`, value);
  } catch {
    // Private windows may have no storage; the choice then holds until the page is closed.
  }
}

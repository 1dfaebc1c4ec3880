// The keys that work where the officer is.

import { activeBindings, areLettersOn, isListOpen, switchLetters } from "../keys";
import { words } from "../words";
import { Dialog } from "./dialog";

const SHOWN: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Enter: "↵" };

export function KeyList() {
  const close = (): void => {
    isListOpen.value = false;
  };
  return (
    <Dialog title={words.value.keyList} onClose={close}>
      <dl class="keys">
        {activeBindings().map((binding) => (
          <div key={binding.name}>
            <dt>
              {binding.keys.map((key) => (
                <kbd key={key}>{SHOWN[key] ?? key.toUpperCase()}</kbd>
              ))}
            </dt>
            <dd>{words.value.keyNames[binding.name]}</dd>
          </div>
        ))}
      </dl>
      <p class="buttons">
        <button class="main" onClick={close}>{words.value.ok}</button>
        <button aria-pressed={areLettersOn.value} onClick={switchLetters}>
          {areLettersOn.value ? words.value.lettersOn : words.value.lettersOff}
        </button>
      </p>
    </Dialog>
  );
}

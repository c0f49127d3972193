// In which language a page is read, and how its reader changes it.
import {useEffect, useId, useState} from 'preact/hooks';
import {choose, languageName, onLanguage, wantedLanguage} from '../lib/language.js';
import {useLoaded} from '../lib/parts.jsx';
import {say, speak, speakAsTheBrowser} from '../lib/say.js';

/// What a page says that has no tenant: only when it is shown.
export async function inTheBrowsersWords(asked) {
  try {
    return await asked;
  } catch (problem) {
    await speakAsTheBrowser();
    throw problem;
  }
}

/// What a tenant's pages show, in the reader's language; `load` asks for it in one. What was there stays until another language is
/// there. `settled`: it is the one that was wanted, as far as the tenant has it.
export function useSpoken(tenant, load, keys) {
  const [wanted, setWanted] = useState(() => wantedLanguage(tenant));
  useEffect(() => onLanguage(setWanted), []);
  const read = async () => {
    const shown = await inTheBrowsersWords(load(wanted));
    await speak(shown.language, shown.messages, shown.gates);
    return shown;
  };
  const shown = useLoaded(read, keys, [wanted]);
  const settled = shown.value && (!wanted || shown.value.language === wanted || !shown.value.languages.includes(wanted));
  return {...shown, settled};
}

export function Languages({shown}) {
  const id = useId();
  if (shown.languages.length < 2) return null;
  return (
    <div class="language">
      <label for={id} class="hidden">
        {say('Language')}
      </label>
      <select id={id} value={shown.language} onChange={(event) => choose(shown.tenant, event.currentTarget.value)}>
        {shown.languages.map((one) => (
          <option key={one} value={one} lang={one} selected={one === shown.language}>
            {languageName(one)}
          </option>
        ))}
      </select>
    </div>
  );
}

// What a tab or a browser keeps. In a frame of another site a browser may keep nothing: then it lasts as long as the page.
const own = () => {
  const all = new Map();
  return {getItem: (name) => all.get(name) ?? null, setItem: (name, text) => all.set(name, text), removeItem: (name) => all.delete(name)};
};

function storage(kind) {
  try {
    return window[kind] ?? own();
  } catch {
    return own();
  }
}

export const ofTab = storage('sessionStorage');
export const ofBrowser = storage('localStorage');

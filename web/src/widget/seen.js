// Against a page that lies over the frame and has its customer press what they do not see: a button that charges works only after
// it was wholly to be seen for half a second. Only some browsers know (IntersectionObserver, version 2).
export const canTell = () => typeof IntersectionObserverEntry === 'function' && 'isVisible' in IntersectionObserverEntry.prototype;

const long = 500; // milliseconds

/// `refused` is called with 'early' when a button is pressed that was not to be seen, and 'blind' when nobody can tell.
export function guard(root, refused) {
  const since = new WeakMap();
  const charging = (node) => node?.closest?.('.confirm .button');
  const observer =
    canTell() &&
    new IntersectionObserver(
      (entries) => {
        for (const one of entries) {
          if (one.isVisible && one.intersectionRatio > 0.99) since.set(one.target, since.get(one.target) ?? performance.now());
          else since.delete(one.target);
        }
      },
      {threshold: [0, 0.5, 1], trackVisibility: true, delay: 100},
    );
  const known = new WeakSet();
  const look = () => {
    for (const button of root.querySelectorAll('.confirm .button'))
      if (observer && !known.has(button)) {
        known.add(button);
        observer.observe(button);
      }
  };
  const mutations = new MutationObserver(look);
  mutations.observe(root, {childList: true, subtree: true});
  look();
  const pressed = (event) => {
    const button = charging(event.target);
    if (!button) return;
    const seen = since.get(button);
    if (observer && seen !== undefined && performance.now() - seen >= long) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    refused(observer ? 'early' : 'blind');
  };
  root.addEventListener('click', pressed, {capture: true});
  return () => {
    mutations.disconnect();
    observer?.disconnect?.();
    root.removeEventListener('click', pressed, {capture: true});
  };
}

// Addresses of pages: everything behind the base path, kept in the browser's own history.
import {createContext} from 'preact';
import {useContext, useEffect, useState} from 'preact/hooks';

const Router = createContext(null);
export const useRoute = () => useContext(Router);

/// In a frame of somebody else's page addresses are kept nowhere: going back is that page's.
export function InMemory({first = '', children}) {
  const [path, setPath] = useState(first);
  const go = (to) => {
    setPath(to.split('?')[0]);
    requestAnimationFrame(() => document.querySelector('h1')?.focus({preventScroll: true}));
  };
  return <Router.Provider value={{path, query: new URLSearchParams(), base: '#', go}}>{children}</Router.Provider>;
}

export function Routes({base, children}) {
  const here = () => (location.pathname.startsWith(base) ? location.pathname.slice(base.length).replace(/^\//, '') : '');
  const [path, setPath] = useState(here());
  const [query, setQuery] = useState(location.search);
  useEffect(() => {
    const moved = () => {
      setPath(here());
      setQuery(location.search);
    };
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, [base]);
  const go = (to, {replace = false} = {}) => {
    const address = `${base}/${to}`;
    history[replace ? 'replaceState' : 'pushState'](null, '', address);
    setPath(here());
    setQuery(location.search);
    scrollTo(0, 0);
    requestAnimationFrame(() => document.querySelector('h1')?.focus({preventScroll: true}));
  };
  return <Router.Provider value={{path, query: new URLSearchParams(query), base, go}}>{children}</Router.Provider>;
}

export function Link({to, children, ...rest}) {
  const {base, go} = useRoute();
  return (
    <a
      href={`${base}/${to}`}
      {...rest}
      onClick={(event) => {
        if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        rest.onClick?.(event);
        go(to);
      }}
    >
      {children}
    </a>
  );
}

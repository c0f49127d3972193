import {createContext} from 'preact';
import {useContext} from 'preact/hooks';

/// The account of the page, what it may choose from and what its reader may do.
export const Billing = createContext(null);
export const useBilling = () => useContext(Billing);

// The provider's form encoding: `metadata[key]=1&payment_method_types[0]=card`, read by a table of what may be sent.
import {Refusal} from './book.mjs';

const bad = (message, param, code) => new Refusal(400, {message, param, code});

/** `allowed`: names with what they are: text, integer, flag, list, words. Anything else is refused. */
export function read(encoded, allowed) {
  const out = {};
  for (const [name, value] of new URLSearchParams(encoded)) {
    const [, top, inner] = /^([^[\]]+)((?:\[[^\]]*\])*)$/.exec(name) ?? [];
    const kind = top && allowed[top];
    if (!kind) throw bad(`Received unknown parameter: ${name}`, name, 'parameter_unknown');
    const keys = [...(inner ?? '').matchAll(/\[([^\]]*)\]/g)].map(([, key]) => key);
    if (kind === 'words') {
      if (keys.length !== 1 || keys[0] === '') throw bad('Invalid object', top);
      if (value !== '') (out[top] ??= {})[keys[0]] = value;
    } else if (kind === 'list') {
      if (keys.length !== 1) throw bad('Invalid array', top);
      (out[top] ??= []).push(value);
    } else if (kind === 'nested') {
      out[top] ??= {};
    } else if (keys.length > 0) {
      throw bad('Invalid string', top);
    } else if (value === '') {
      out[top] = null;
    } else if (kind === 'integer') {
      if (!/^-?\d+$/.test(value)) throw bad(`Invalid integer: ${value}`, top, 'parameter_invalid_integer');
      out[top] = Number(value);
    } else if (kind === 'flag') {
      if (value !== 'true' && value !== 'false') throw bad(`Invalid boolean: ${value}`, top);
      out[top] = value === 'true';
    } else {
      out[top] = value;
    }
  }
  return Object.fromEntries(Object.entries(out).filter(([, value]) => value !== null));
}

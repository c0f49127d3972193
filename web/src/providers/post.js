// A form of a bank that the customer's browser posts: its fields come with the action, and are shown to nobody.
import {mark} from '../lib/say.js';
import {open} from './form.js';

open(null, async ({action}) => {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = action.url;
  for (const [name, value] of Object.entries(action.fields ?? {}))
    form.append(Object.assign(document.createElement('input'), {type: 'hidden', name, value}));
  document.body.append(form);
  return async () => form.submit();
}, mark('Go to your bank'));

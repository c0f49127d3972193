// <florin-portal src="https://billing.example/widget/acme" page="credits"></florin-portal>, on a page of the tenant's own app.
// It makes a frame, and hands over a token (element.token = …), a page, a language and a look; nothing else passes. It tells what
// comes of it by events: `done` {order}, `session_over`, `outside` {page}. docs/widget.md

class FlorinPortal extends HTMLElement {
  static observedAttributes = ['src', 'page', 'locale', 'theme'];
  #token = null;
  #frame = null;
  #heard = (event) => this.#hear(event);

  /// Of the account and its member, as the backend got it: POST …/portal_sessions {"kind": "token"}. A new one goes on with the page.
  set token(token) {
    this.#token = token;
    this.#give();
  }

  connectedCallback() {
    addEventListener('message', this.#heard);
    this.#show();
  }
  disconnectedCallback() {
    removeEventListener('message', this.#heard);
    this.#frame?.remove();
    this.#frame = null;
  }
  attributeChangedCallback(name, before, now) {
    if (!this.isConnected || before === now) return;
    if (name === 'src') this.#show();
    else this.#give();
  }

  get #origin() {
    return new URL(this.getAttribute('src'), location.href).origin;
  }
  #show() {
    this.#frame?.remove();
    this.#frame = null;
    const src = this.getAttribute('src');
    if (!src || !/^https?:$/.test(new URL(src, location.href).protocol)) return;
    const frame = document.createElement('iframe');
    frame.title = this.getAttribute('title') ?? 'Billing';
    // A provider's form and a bank's page open in a tab of their own.
    frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads');
    frame.allow = 'clipboard-write';
    frame.style.cssText = 'display:block;width:100%;border:0;min-height:12rem';
    frame.src = src;
    this.#frame = frame;
    this.append(frame);
  }
  #give() {
    if (!this.#frame?.contentWindow) return;
    const theme = this.getAttribute('theme');
    this.#frame.style.colorScheme = theme === 'dark' || theme === 'light' ? theme : '';
    if (!this.#token) return;
    const given = {florin: 'token', token: this.#token, page: this.getAttribute('page') ?? '', locale: this.getAttribute('locale') ?? ''};
    this.#frame.contentWindow.postMessage(given, this.#origin);
  }
  #hear({source, origin, data}) {
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return;
    if (data?.florin === 'ready') this.#give();
    if (data?.florin === 'height' && Number.isFinite(data.height)) this.#frame.style.height = `${Math.min(20_000, Math.max(0, data.height))}px`;
    if (data?.florin === 'done') this.#tell('done', {order: data.order});
    if (data?.florin === 'session_over') this.#tell('session_over', {});
    if (data?.florin === 'outside') this.#tell('outside', {page: data.page});
  }
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, {detail}));
  }
}

if (!customElements.get('florin-portal')) customElements.define('florin-portal', FlorinPortal);

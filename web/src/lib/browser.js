// What a bank may ask of the browser that pays (EMV 3-D Secure 2). The host knows its headers and its address itself.
const depths = [1, 4, 8, 15, 16, 24, 30, 32, 48];

/// The commands that may charge a customer who is there, or have their bank ask them.
const asking = ['subscribe', 'change_plan', 'buy_credits', 'pay_order', 'resume', 'set_licences', 'set_add_on', 'set_up_payment_method'];

const pixels = (number) => (number >= 1 && number <= 999999 ? Math.round(number) : undefined);

export function browserHere() {
  const depth = screen.colorDepth;
  return {
    language: navigator.language,
    // One between two depths counts as the lower one, as EMV 3-D Secure wants it.
    color_depth: depths.filter((one) => one <= depth).at(-1),
    screen_height: pixels(screen.height),
    screen_width: pixels(screen.width),
    time_zone_offset: new Date().getTimezoneOffset(),
    java_enabled: navigator.javaEnabled?.() ?? false,
    javascript_enabled: true,
  };
}

export const withBrowser = (name, body) => (asking.includes(name) ? {...body, browser: browserHere()} : body);

// florin.rs: florin/plugin.h 1.2 for Rust, made by generate.py. No crate, Rust 1.63 and later.
// What each struct and code means stands in florin/plugin.h; below them are a few words that every plugin needs.
#![allow(dead_code)]
use std::os::raw::{c_char, c_void};

pub const ABI_MINOR: u32 = 2;
pub const NO_SPAN: u32 = 0;
pub const SECONDS: u32 = 1;
pub const DAYS: u32 = 2;
pub const MONTHS: u32 = 3;
pub const JSON_NULL: u32 = 0;
pub const JSON_TRUE: u32 = 1;
pub const JSON_FALSE: u32 = 2;
pub const JSON_NUMBER: u32 = 3;
pub const JSON_STRING: u32 = 4;
pub const JSON_ARRAY: u32 = 5;
pub const JSON_OBJECT: u32 = 6;
pub const PUT: u32 = 1;
pub const SECRET: u32 = 2;
pub const NOW: u32 = 3;
pub const BODY: u32 = 4;
pub const JOIN: u32 = 16;
pub const HMAC: u32 = 17;
pub const DIGEST: u32 = 32;
pub const HEX: u32 = 33;
pub const BASE64: u32 = 34;
pub const PERCENT: u32 = 35;
pub const JSON_TEXT: u32 = 36;
pub const UNHEX: u32 = 37;
pub const UNBASE64: u32 = 38;
pub const BASE64URL: u32 = 39;
pub const SHA256: u32 = 1;
pub const SHA512: u32 = 2;
pub const UNIX_SECONDS: u32 = 1;
pub const UNIX_MILLIS: u32 = 2;
pub const RFC3339: u32 = 3;
pub const YYYYMMDD: u32 = 4;
pub const YYYYMMDDTHHMMSS: u32 = 5;
pub const HTTP_DATE: u32 = 6;
pub const ONCE: u32 = 0;
pub const REPEATABLE: u32 = 1;
pub const READ: u32 = 2;
pub const NO_MONEY: u32 = 1;
pub const UNKNOWN: u32 = 0;
pub const NOT_SENT: u32 = 1;
pub const DECLINED: u32 = 2;
pub const PENDING: u32 = 3;
pub const NEEDS_ACTION: u32 = 4;
pub const AUTHORISED: u32 = 5;
pub const CAPTURED: u32 = 6;
pub const VOIDED: u32 = 7;
pub const EXPIRED: u32 = 8;
pub const ABSENT: u32 = 9;
pub const REFUNDED: u32 = 10;
pub const REFUND_FAILED: u32 = 11;
pub const SAVED: u32 = 12;
pub const REVERSED: u32 = 13;
pub const PARTLY_CAPTURED: u32 = 14;
pub const SOFT: u32 = 0;
pub const TECHNICAL: u32 = 1;
pub const FUNDS: u32 = 2;
pub const AUTHENTICATE: u32 = 3;
pub const BAD_DATA: u32 = 4;
pub const HARD: u32 = 5;
pub const FRAUD: u32 = 6;
pub const MANDATE_GONE: u32 = 7;
pub const CUSTOMER_GAVE_UP: u32 = 8;
pub const MISCONFIGURED: u32 = 9;
pub const THROTTLED: u32 = 10;
pub const WAIT: u32 = 0;
pub const REDIRECT: u32 = 1;
pub const DISPLAY: u32 = 2;
pub const ENTER: u32 = 3;
pub const POST: u32 = 4;
pub const SEND: u32 = 1;
pub const DONE: u32 = 2;
pub const CHARGE: u32 = 1;
pub const CANCEL: u32 = 2;
pub const REFUND: u32 = 3;
pub const STATUS: u32 = 4;
pub const PULL: u32 = 5;
pub const CAPTURE: u32 = 6;
pub const SAVE_METHOD: u32 = 7;
pub const CONFIRM: u32 = 8;
pub const OFF_SESSION: u32 = 1;
pub const OF_REFUND: u32 = 2;
pub const OF_METHOD: u32 = 4;
pub const MAY_KEEP: u32 = 8;
pub const JAVA: u32 = 1;
pub const JAVASCRIPT: u32 = 2;
pub const TIME_ZONE: u32 = 4;
pub const NEVER: u32 = 0;
pub const EQUAL: u32 = 1;
pub const ASKED: u32 = 2;
pub const SIGNED: u32 = 3;
pub const RSA_SHA256: u32 = 1;
pub const RSA_PSS_SHA256: u32 = 2;
pub const ECDSA_SHA256: u32 = 3;
pub const ED25519: u32 = 4;
pub const ABOUT_PAYMENT: u32 = 1;
pub const ABOUT_REFUND: u32 = 2;
pub const ABOUT_DISPUTE: u32 = 3;
pub const ABOUT_METHOD: u32 = 4;
pub const ABOUT_RECEIPT: u32 = 5;
pub const DISPUTE_WARNING: u32 = 1;
pub const DISPUTE_NEEDS_RESPONSE: u32 = 2;
pub const DISPUTE_UNDER_REVIEW: u32 = 3;
pub const DISPUTE_WON: u32 = 4;
pub const DISPUTE_LOST: u32 = 5;
pub const DISPUTE_CLOSED: u32 = 6;
pub const SIGNED_WEBHOOKS: u32 = 1;
pub const FROM_PLAN: u32 = 1;
pub const FROM_ROLLOVER: u32 = 2;
pub const FROM_PURCHASE: u32 = 3;
pub const FROM_RECHARGE: u32 = 4;
pub const FROM_ADDON: u32 = 5;
pub const FROM_TRIAL: u32 = 6;
pub const FROM_TRANSFER: u32 = 7;
pub const FROM_CORRECTION: u32 = 8;
pub const TRIAL_STARTED: u32 = 1;
pub const TRIAL_ENDED: u32 = 2;
pub const PERIOD_PAID: u32 = 3;
pub const PERIOD_ENDED: u32 = 4;
pub const PURCHASED: u32 = 5;
pub const RECHARGED: u32 = 6;
pub const ADDON_PAID: u32 = 7;
pub const CHANGE_PAID: u32 = 8;
pub const CORRECTED: u32 = 9;
pub const NO_END: u32 = 0;
pub const RENEWAL: u32 = 1;
pub const UPGRADE: u32 = 2;
pub const DOWNGRADE: u32 = 3;
pub const CYCLE_CHANGE: u32 = 4;
pub const CANCELLATION: u32 = 5;
pub const ISSUE: u32 = 1;
pub const ROLL: u32 = 2;
pub const EXPIRE: u32 = 3;
pub const FORFEIT: u32 = 4;
pub const MOVE_END: u32 = 5;
pub const ROLL_PART: u32 = 6;
pub const NO_WORD: u32 = 0;
pub const NEVER_ENDS: u32 = 1;
pub const ENDS_WITH_PERIOD: u32 = 2;
pub const ENDS_AFTER: u32 = 3;
pub const ENDS_AT: u32 = 4;
pub enum Plugin {}
pub type Operate = unsafe extern "C" fn(*const Plugin, *const Operation, *const Replies, *mut Arena) -> *const Step;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub ptr: *const u8,
    pub len: u64,
}
const _: () = assert!(std::mem::size_of::<Text>() == 16);
impl Default for Text {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Pair {
    pub name: Text,
    pub value: Text,
}
const _: () = assert!(std::mem::size_of::<Pair>() == 32);
impl Default for Pair {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct List {
    pub at: *const c_void,
    pub count: u32,
    pub stride: u32,
}
const _: () = assert!(std::mem::size_of::<List>() == 16);
impl Default for List {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Money {
    pub minor: i64,
    pub currency: [u8; 4],
    pub exponent: u8,
    pub zero: [u8; 3],
}
const _: () = assert!(std::mem::size_of::<Money>() == 16);
impl Default for Money {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Span {
    pub unit: u32,
    pub count: i32,
}
const _: () = assert!(std::mem::size_of::<Span>() == 8);
impl Default for Span {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Json {
    pub pointer: Text,
    pub kind: u32,
    pub count: u32,
    pub text: Text,
}
const _: () = assert!(std::mem::size_of::<Json>() == 40);
impl Default for Json {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Term {
    pub code: u32,
    pub number: u32,
    pub text: Text,
}
const _: () = assert!(std::mem::size_of::<Term>() == 24);
impl Default for Term {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Value {
    pub text: Text,
    pub terms: *const Term,
    pub count: u64,
}
const _: () = assert!(std::mem::size_of::<Value>() == 32);
impl Default for Value {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Header {
    pub name: Text,
    pub value: Value,
}
const _: () = assert!(std::mem::size_of::<Header>() == 48);
impl Default for Header {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Arena {
    pub size: u32,
    pub zero: u32,
    pub next: *mut u8,
    pub end: *mut u8,
    pub wanted: u64,
}
const _: () = assert!(std::mem::size_of::<Arena>() == 32);
impl Default for Arena {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Request {
    pub size: u32,
    pub effect: u32,
    pub flags: u32,
    pub zero: u32,
    pub endpoint: Text,
    pub method: Text,
    pub path: Text,
    pub headers: List,
    pub body: Value,
}
const _: () = assert!(std::mem::size_of::<Request>() == 112);
impl Default for Request {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Reply {
    pub size: u32,
    pub status: u32,
    pub headers: List,
    pub body: Text,
    pub json: List,
    pub received_at_us: i64,
}
const _: () = assert!(std::mem::size_of::<Reply>() == 64);
impl Default for Reply {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Replies {
    pub size: u32,
    pub zero: u32,
    pub replies: List,
}
const _: () = assert!(std::mem::size_of::<Replies>() == 24);
impl Default for Replies {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Reason {
    pub size: u32,
    pub kind: u32,
    pub code: Text,
    pub text: Text,
}
const _: () = assert!(std::mem::size_of::<Reason>() == 40);
impl Default for Reason {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Action {
    pub size: u32,
    pub kind: u32,
    pub url: Text,
    pub fields: List,
    pub expires_at_us: i64,
}
const _: () = assert!(std::mem::size_of::<Action>() == 48);
impl Default for Action {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Saved {
    pub size: u32,
    pub zero: u32,
    pub token: Text,
    pub brand: Text,
    pub masked: Text,
}
const _: () = assert!(std::mem::size_of::<Saved>() == 56);
impl Default for Saved {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Outcome {
    pub size: u32,
    pub state: u32,
    pub amount: Money,
    pub ref_: Text,
    pub raw: Text,
    pub reason: *const Reason,
    pub action: *const Action,
    pub poll_after_us: i64,
    pub happened_at_us: i64,
    pub saved: *const Saved,
    pub fee: Money,
    pub settlement: Text,
}
const _: () = assert!(std::mem::size_of::<Outcome>() == 128);
impl Default for Outcome {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Step {
    pub size: u32,
    pub kind: u32,
    pub request: *const Request,
    pub outcome: *const Outcome,
    pub claims: List,
    pub cursor: Text,
}
const _: () = assert!(std::mem::size_of::<Step>() == 56);
impl Default for Step {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Problem {
    pub path: Text,
    pub text: Text,
}
const _: () = assert!(std::mem::size_of::<Problem>() == 32);
impl Default for Problem {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Setup {
    pub size: u32,
    pub abi_minor: u32,
    pub config_json: Text,
    pub config: List,
    pub tenant: Text,
}
const _: () = assert!(std::mem::size_of::<Setup>() == 56);
impl Default for Setup {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Made {
    pub size: u32,
    pub zero: u32,
    pub plugin: *mut Plugin,
    pub problems: List,
}
const _: () = assert!(std::mem::size_of::<Made>() == 32);
impl Default for Made {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Entry1 {
    pub size: u32,
    pub abi_minor: u32,
    pub create: Option<unsafe extern "C" fn(*const Setup, *mut Arena) -> *const Made>,
    pub query: Option<unsafe extern "C" fn(*const Plugin, *const c_char) -> *const c_void>,
    pub destroy: Option<unsafe extern "C" fn(*mut Plugin)>,
}
const _: () = assert!(std::mem::size_of::<Entry1>() == 32);
impl Default for Entry1 {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Browser {
    pub size: u32,
    pub flags: u32,
    pub accept_header: Text,
    pub user_agent: Text,
    pub language: Text,
    pub ip_address: Text,
    pub color_depth: i32,
    pub screen_height: i32,
    pub screen_width: i32,
    pub time_zone_offset: i32,
}
const _: () = assert!(std::mem::size_of::<Browser>() == 88);
impl Default for Browser {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Operation {
    pub size: u32,
    pub kind: u32,
    pub flags: u32,
    pub zero: u32,
    pub now_us: i64,
    pub key: Text,
    pub payment_key: Text,
    pub amount: Money,
    pub method: Text,
    pub method_ref: Text,
    pub details: List,
    pub customer_key: Text,
    pub description: Text,
    pub ref_: Text,
    pub refund_ref: Text,
    pub refund_key: Text,
    pub started_at_us: i64,
    pub cursor: Text,
    pub from_us: i64,
    pub until_us: i64,
    pub person: List,
    pub return_url: Text,
    pub answer: List,
    pub browser: *const Browser,
}
const _: () = assert!(std::mem::size_of::<Operation>() == 296);
impl Default for Operation {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Check {
    pub kind: u32,
    pub group: u32,
    pub made: Value,
    pub given: Text,
    pub at_us: i64,
    pub within_us: i64,
    pub request: *const Request,
    pub pointer: Text,
    pub key: Text,
    pub scheme: u32,
    pub zero: u32,
}
const _: () = assert!(std::mem::size_of::<Check>() == 120);
impl Default for Check {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Webhook {
    pub size: u32,
    pub zero: u32,
    pub body: Text,
    pub json: List,
    pub headers: List,
    pub received_at_us: i64,
    pub method: Text,
    pub query: Text,
}
const _: () = assert!(std::mem::size_of::<Webhook>() == 96);
impl Default for Webhook {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Claim {
    pub about: u32,
    pub zero: u32,
    pub id: Text,
    pub type_: Text,
    pub payment_key: Text,
    pub refund_key: Text,
    pub outcome: *const Outcome,
    pub payment_ref: Text,
    pub dispute: u32,
    pub zero2: u32,
}
const _: () = assert!(std::mem::size_of::<Claim>() == 104);
impl Default for Claim {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WebhookAnswer {
    pub size: u32,
    pub status: u32,
    pub content_type: Text,
    pub body: Text,
}
const _: () = assert!(std::mem::size_of::<WebhookAnswer>() == 40);
impl Default for WebhookAnswer {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Claims {
    pub size: u32,
    pub zero: u32,
    pub claims: List,
    pub checks: List,
    pub answer: *const WebhookAnswer,
}
const _: () = assert!(std::mem::size_of::<Claims>() == 48);
impl Default for Claims {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Offer {
    pub method: Text,
    pub currencies: List,
    pub regions: List,
    pub operations: u64,
}
const _: () = assert!(std::mem::size_of::<Offer>() == 56);
impl Default for Offer {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Credential {
    pub name: Text,
    pub request: *const Request,
    pub token: Text,
    pub lifetime: Text,
}
const _: () = assert!(std::mem::size_of::<Credential>() == 56);
impl Default for Credential {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Capabilities {
    pub size: u32,
    pub flags: u32,
    pub offers: List,
    pub key_window_us: i64,
    pub look_up_lag_us: i64,
    pub credentials: List,
}
const _: () = assert!(std::mem::size_of::<Capabilities>() == 56);
impl Default for Capabilities {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Processor1 {
    pub size: u32,
    pub zero: u32,
    pub describe: Option<unsafe extern "C" fn(*const Plugin, *mut Arena) -> *const Capabilities>,
    pub charge: Option<Operate>,
    pub cancel: Option<Operate>,
    pub refund: Option<Operate>,
    pub status: Option<Operate>,
    pub webhook: Option<unsafe extern "C" fn(*const Plugin, *const Webhook, *mut Arena) -> *const Claims>,
    pub pull: Option<Operate>,
    pub capture: Option<Operate>,
    pub save_method: Option<Operate>,
    pub confirm: Option<Operate>,
}
const _: () = assert!(std::mem::size_of::<Processor1>() == 88);
impl Default for Processor1 {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Field {
    pub name: Text,
    pub label: Text,
    pub required: u32,
    pub zero: u32,
}
const _: () = assert!(std::mem::size_of::<Field>() == 40);
impl Default for Field {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MethodFacts {
    pub size: u32,
    pub zero: u32,
    pub method: Text,
    pub title: Text,
    pub fields: List,
    pub pending_up_to_us: i64,
    pub polls_us: List,
}
const _: () = assert!(std::mem::size_of::<MethodFacts>() == 80);
impl Default for MethodFacts {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Situation {
    pub size: u32,
    pub zero: u32,
    pub amount: Money,
    pub country: Text,
    pub plan: Text,
    pub cycle: Text,
    pub brand: Text,
}
const _: () = assert!(std::mem::size_of::<Situation>() == 88);
impl Default for Situation {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Verdict {
    pub size: u32,
    pub allowed: u32,
    pub rule: Text,
    pub text: Text,
}
const _: () = assert!(std::mem::size_of::<Verdict>() == 40);
impl Default for Verdict {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Entered {
    pub size: u32,
    pub zero: u32,
    pub fields: List,
}
const _: () = assert!(std::mem::size_of::<Entered>() == 24);
impl Default for Entered {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Checked {
    pub size: u32,
    pub zero: u32,
    pub problems: List,
    pub details: List,
    pub masked: Text,
    pub brand: Text,
}
const _: () = assert!(std::mem::size_of::<Checked>() == 72);
impl Default for Checked {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Method1 {
    pub size: u32,
    pub zero: u32,
    pub describe: Option<unsafe extern "C" fn(*const Plugin, *mut Arena) -> *const MethodFacts>,
    pub offered: Option<unsafe extern "C" fn(*const Plugin, *const Situation, *mut Arena) -> *const Verdict>,
    pub check: Option<unsafe extern "C" fn(*const Plugin, *const Entered, *mut Arena) -> *const Checked>,
}
const _: () = assert!(std::mem::size_of::<Method1>() == 32);
impl Default for Method1 {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Grant {
    pub id: u64,
    pub type_: Text,
    pub source: u32,
    pub priority: i32,
    pub issued_at_us: i64,
    pub ends_at_us: i64,
    pub granted: i64,
    pub remaining: i64,
    pub held: i64,
    pub paid_by: u64,
    pub rolled_from: u64,
    pub rule: Text,
}
const _: () = assert!(std::mem::size_of::<Grant>() == 104);
impl Default for Grant {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allowance {
    pub type_: Text,
    pub units: i64,
}
const _: () = assert!(std::mem::size_of::<Allowance>() == 24);
impl Default for Allowance {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Moment {
    pub size: u32,
    pub kind: u32,
    pub reason: u32,
    pub today: i32,
    pub at_us: i64,
    pub plan: Text,
    pub cycle: Text,
    pub period_from_us: i64,
    pub period_to_us: i64,
    pub includes: List,
    pub grants: List,
}
const _: () = assert!(std::mem::size_of::<Moment>() == 104);
impl Default for Moment {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Decision {
    pub kind: u32,
    pub source: u32,
    pub priority: i32,
    pub end: u32,
    pub grant: u64,
    pub type_: Text,
    pub units: i64,
    pub end_at_us: i64,
    pub end_after: Span,
    pub rule: Text,
}
const _: () = assert!(std::mem::size_of::<Decision>() == 80);
impl Default for Decision {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Decisions {
    pub size: u32,
    pub refused: u32,
    pub decisions: List,
    pub rule: Text,
    pub text: Text,
}
const _: () = assert!(std::mem::size_of::<Decisions>() == 56);
impl Default for Decisions {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct CreditPolicy1 {
    pub size: u32,
    pub zero: u32,
    pub decide: Option<unsafe extern "C" fn(*const Plugin, *const Moment, *mut Arena) -> *const Decisions>,
}
const _: () = assert!(std::mem::size_of::<CreditPolicy1>() == 16);
impl Default for CreditPolicy1 {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Sale {
    pub size: u32,
    pub on: i32,
    pub kind: Text,
    pub country: Text,
    pub state: Text,
    pub lines: List,
}
const _: () = assert!(std::mem::size_of::<Sale>() == 72);
impl Default for Sale {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct TaxRate {
    pub line: u32,
    pub zero: u32,
    pub over: i64,
    pub under: i64,
    pub name: Text,
}
const _: () = assert!(std::mem::size_of::<TaxRate>() == 40);
impl Default for TaxRate {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Taxes {
    pub size: u32,
    pub refused: u32,
    pub rates: List,
    pub rule: Text,
    pub text: Text,
}
const _: () = assert!(std::mem::size_of::<Taxes>() == 56);
impl Default for Taxes {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Tax1 {
    pub size: u32,
    pub zero: u32,
    pub taxes: Option<unsafe extern "C" fn(*const Plugin, *const Sale, *mut Arena) -> *const Taxes>,
}
const _: () = assert!(std::mem::size_of::<Tax1>() == 16);
impl Default for Tax1 {
    fn default() -> Self {
        unsafe { std::mem::zeroed() }
    }
}

// ---- What every plugin needs, by hand --------------------------------------------------------------------------------

// Instances never change and lie with the host, so they may be seen from any thread.
unsafe impl Sync for Entry1 {}
unsafe impl Sync for Processor1 {}
unsafe impl Sync for Method1 {}
unsafe impl Sync for CreditPolicy1 {}
unsafe impl Sync for Tax1 {}

/// The arena ran full, or the plugin failed: the function answers NULL.
pub struct NoAnswer;
pub type Answer<T> = Result<T, NoAnswer>;

/// Room in the call's arena. All that a function answers lies there.
pub struct Room(pub *mut Arena);
impl Room {
    pub fn bytes(&self, len: usize) -> Answer<*mut u8> {
        let arena = unsafe { &mut *self.0 };
        let need = (len + 15) & !15;
        if need > arena.end as usize - arena.next as usize {
            arena.wanted += need as u64 + 16;
            return Err(NoAnswer);
        }
        let at = arena.next as *mut u8;
        arena.next = unsafe { arena.next.add(need) };
        unsafe { std::ptr::write_bytes(at, 0, need) };
        Ok(at)
    }
    /// A struct, kept. Its `size` is set by who writes it: `Outcome { size: size_of::<Outcome>(), .. }`.
    pub fn keep<T: Copy>(&self, value: T) -> Answer<*const T> {
        let at = self.bytes(std::mem::size_of::<T>())? as *mut T;
        unsafe { at.write(value) };
        Ok(at)
    }
    pub fn text(&self, text: &str) -> Answer<Text> {
        let at = self.bytes(text.len())?;
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), at, text.len()) };
        Ok(Text { ptr: at, len: text.len() as u64 })
    }
    pub fn list<T: Copy>(&self, items: &[T]) -> Answer<List> {
        let at = self.bytes(std::mem::size_of_val(items))? as *mut T;
        unsafe { std::ptr::copy_nonoverlapping(items.as_ptr(), at, items.len()) };
        Ok(List { at: at as *const c_void, count: items.len() as u32, stride: std::mem::size_of::<T>() as u32 })
    }
}

pub fn size_of<T>() -> u32 {
    std::mem::size_of::<T>() as u32
}
/// Text that is constant.
pub const fn text(constant: &'static str) -> Text {
    Text { ptr: constant.as_ptr(), len: constant.len() as u64 }
}
impl Text {
    /// Empty when absent or not UTF-8.
    pub fn as_str(&self) -> &str {
        if self.ptr.is_null() || self.len == 0 {
            return "";
        }
        std::str::from_utf8(unsafe { std::slice::from_raw_parts(self.ptr, self.len as usize) }).unwrap_or("")
    }
}
impl List {
    /// Walks it by the stride of who wrote it.
    pub fn each<T: Copy>(&self) -> impl Iterator<Item = T> + '_ {
        let (at, stride) = (self.at as *const u8, self.stride as usize);
        (0..self.count as usize).map(move |i| unsafe { (at.add(i * stride) as *const T).read_unaligned() })
    }
    /// The scalar at a JSON pointer of a table such as a reply's or the config's; "" when it is not there.
    pub fn json(&self, pointer: &str) -> String {
        self.each::<Json>().find(|one| one.pointer.as_str() == pointer).map_or(String::new(), |one| one.text.as_str().to_string())
    }
}
impl Money {
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.currency[..3]).unwrap_or("")
    }
}

/// A JSON string, with its quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Runs a function of the plugin; a panic or a full arena becomes "no answer", and nothing crosses the line.
pub fn guarded<T>(run: impl FnOnce() -> Answer<*const T>) -> *const T {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(Ok(answer)) => answer,
        _ => std::ptr::null(),
    }
}

/// A step that sends a request.
pub fn send(room: &Room, request: Request) -> Answer<*const Step> {
    let request = room.keep(Request { size: size_of::<Request>(), ..request })?;
    room.keep(Step { size: size_of::<Step>(), kind: SEND, request, ..Default::default() })
}
/// A step that is the outcome.
pub fn done(room: &Room, outcome: Outcome) -> Answer<*const Step> {
    let outcome = room.keep(Outcome { size: size_of::<Outcome>(), ..outcome })?;
    room.keep(Step { size: size_of::<Step>(), kind: DONE, outcome, ..Default::default() })
}
/// `Bearer` and a secret of the manifest: the host puts it in when it sends.
pub fn bearer(room: &Room, secret: &'static str) -> Answer<Header> {
    let terms = [
        Term { code: PUT, number: 0, text: text("Bearer ") },
        Term { code: SECRET, number: 0, text: text(secret) },
        Term { code: JOIN, number: 2, text: Text::default() },
    ];
    let list = room.list(&terms)?;
    let value = Value { text: Text::default(), terms: list.at as *const Term, count: 3 };
    Ok(Header { name: text("Authorization"), value })
}
pub fn header(room: &Room, name: &'static str, value: &str) -> Answer<Header> {
    Ok(Header { name: text(name), value: Value { text: room.text(value)?, ..Default::default() } })
}

/// Puts the manifest where the host reads it without running any code: `manifest!(include_bytes!("manifest.txt"))`.
#[macro_export]
macro_rules! manifest {
    ($bytes:expr) => {
        #[used]
        #[link_section = ".florin"]
        static MANIFEST: [u8; $bytes.len()] = *$bytes;
    };
}

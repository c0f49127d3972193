//! A processor for a provider with an API such as most have: a payment is made by POST /payments, found again by our
//! reference, refunded by POST /refunds, and reported by signed webhooks. Put your provider's words in place of these;
//! `exchanges/` has its answers, and `florin plugin check --against exchanges` plays them.
mod florin;
use florin::*;
use std::ffi::CStr;
use std::os::raw::{c_char, c_void};

manifest!(b"florin 1.2\n{\"id\": \"my_plugin\", \"version\": \"0.1.0\", \"interfaces\": [\"florin.processor/1\"],
  \"endpoints\": {\"api\": \"https://api.example.com\"},
  \"secrets\": {\"my_plugin.api_key\": {\"for\": \"api\"}, \"my_plugin.webhook\": {}},
  \"config\": {\"type\": \"object\", \"additionalProperties\": false,
    \"properties\": {\"statement_text\": {\"type\": \"string\"}}}}");

const SECOND: i64 = 1_000_000;

/// What it does, where. What is not here is never called.
fn describe(room: &Room) -> Answer<*const Capabilities> {
    let card = Offer { method: text("card"), operations: 1 << CHARGE | 1 << STATUS | 1 << REFUND, ..Default::default() };
    room.keep(Capabilities {
        size: size_of::<Capabilities>(),
        flags: SIGNED_WEBHOOKS,
        offers: room.list(&[card])?,
        key_window_us: 24 * 3600 * SECOND,
        look_up_lag_us: 300 * SECOND,
        ..Default::default()
    })
}

/// The first call answers with the request, the second reads its reply.
fn charge(op: &Operation, reply: Option<Reply>, room: &Room) -> Answer<*const Step> {
    if let Some(reply) = reply {
        return settled(op, &reply, room);
    }
    let body = format!(
        "{{\"amount\":{},\"currency\":{},\"reference\":{},\"token\":{},\"description\":{}}}",
        op.amount.minor,
        quoted(op.amount.code()),
        quoted(op.key.as_str()), // what status finds it by when the answer got lost
        quoted(op.method_ref.as_str()),
        quoted(op.description.as_str())
    );
    post(room, "/payments", op.key.as_str(), &body)
}

fn refund(op: &Operation, reply: Option<Reply>, room: &Room) -> Answer<*const Step> {
    if let Some(reply) = reply {
        return settled(op, &reply, room);
    }
    let (payment, key) = (quoted(op.ref_.as_str()), quoted(op.key.as_str()));
    let body = format!("{{\"payment\":{},\"amount\":{},\"reference\":{}}}", payment, op.amount.minor, key);
    post(room, "/refunds", op.key.as_str(), &body)
}

/// Of a payment or a refund. Without the provider's id it is found by our key: the answer that had the id got lost.
fn status(op: &Operation, reply: Option<Reply>, room: &Room) -> Answer<*const Step> {
    let of_refund = op.flags & OF_REFUND != 0;
    let (path, id, key) = if of_refund {
        ("/refunds", op.refund_ref.as_str(), op.refund_key.as_str())
    } else {
        ("/payments", op.ref_.as_str(), op.payment_key.as_str())
    };
    let reply = match reply {
        None if id.is_empty() => return get(room, &format!("{}?reference={}", path, key)),
        None => return get(room, &format!("{}/{}", path, id)),
        Some(reply) => reply,
    };
    if !id.is_empty() {
        return settled(op, &reply, room);
    }
    // Absent only by the provider's own word: a whole list without it. A proxy's error page is no such word.
    let items = reply.json.each::<Json>().find(|one| one.pointer.as_str() == "/items");
    match items {
        Some(list) if reply.status == 200 && list.kind == JSON_ARRAY => {
            if list.count == 0 {
                return done(room, Outcome { state: ABSENT, ..Default::default() });
            }
            done(room, said_of(&reply.json, "/items/0", op.amount.exponent, room)?)
        }
        _ => by_http(&reply, room),
    }
}

/// Called twice: with the bytes and headers alone for its check, and again, with the JSON, once it holds.
fn webhook(hook: &Webhook, room: &Room) -> Answer<*const Claims> {
    let header = hook.headers.each::<Pair>().find(|one| one.name.as_str() == "x-signature");
    let header = header.map_or(String::new(), |one| one.value.as_str().to_string());
    let part = |name: &str| header.split(',').find_map(|one| one.strip_prefix(name)).unwrap_or("").to_string();
    let (time, signature) = (part("t="), part("v1="));
    let term = |code, number, text| Term { code, number, text };
    let terms = [
        term(SECRET, 0, text("my_plugin.webhook")),
        term(PUT, 0, room.text(&time)?),
        term(PUT, 0, text(".")),
        term(PUT, 0, hook.body),
        term(JOIN, 3, Text::default()),
        term(HMAC, SHA256, Text::default()),
        term(HEX, 0, Text::default()),
    ];
    let list = room.list(&terms)?;
    let check = Check {
        kind: EQUAL,
        made: Value { text: Text::default(), terms: list.at as *const Term, count: terms.len() as u64 },
        given: room.text(&signature)?,
        at_us: time.parse::<i64>().unwrap_or(0).saturating_mul(SECOND),
        within_us: 300 * SECOND,
        ..Default::default()
    };
    let mut claims = Vec::new();
    if !hook.json.json("/payment/id").is_empty() {
        let said = said_of(&hook.json, "/payment", 2, room)?;
        claims.push(Claim {
            about: ABOUT_PAYMENT,
            id: room.text(&hook.json.json("/id"))?,
            type_: room.text(&hook.json.json("/type"))?,
            payment_key: room.text(&hook.json.json("/payment/reference"))?,
            outcome: room.keep(Outcome { size: size_of::<Outcome>(), ..said })?,
            ..Default::default()
        });
    }
    let claims = room.list(&claims)?;
    room.keep(Claims { size: size_of::<Claims>(), claims, checks: room.list(&[check])?, ..Default::default() })
}

// ---- Requests and outcomes ------------------------------------------------------------------------------------------

fn post(room: &Room, path: &str, key: &str, body: &str) -> Answer<*const Step> {
    let headers = [
        bearer(room, "my_plugin.api_key")?,
        header(room, "Idempotency-Key", key)?,
        header(room, "Content-Type", "application/json")?,
    ];
    send(room, Request {
        effect: REPEATABLE, // the provider makes the same key act once; without that: ONCE
        endpoint: text("api"),
        method: text("POST"),
        path: room.text(path)?,
        headers: room.list(&headers)?,
        body: Value { text: room.text(body)?, ..Default::default() },
        ..Default::default()
    })
}

fn get(room: &Room, path: &str) -> Answer<*const Step> {
    let headers = room.list(&[bearer(room, "my_plugin.api_key")?])?;
    let (endpoint, method) = (text("api"), text("GET"));
    send(room, Request { effect: READ, endpoint, method, path: room.text(path)?, headers, ..Default::default() })
}

fn settled(op: &Operation, reply: &Reply, room: &Room) -> Answer<*const Step> {
    match reply.status {
        200 | 201 => done(room, said_of(&reply.json, "", op.amount.exponent, room)?),
        402 => {
            let ref_ = room.text(&reply.json.json("/id"))?;
            done(room, Outcome { state: DECLINED, ref_, reason: why(&reply.json, "", room)?, ..Default::default() })
        }
        _ => by_http(reply, room),
    }
}

/// The provider's words, in Florin's. A word that is not known stays unknown: it costs a look-up, not money.
fn said_of(table: &List, before: &str, exponent: u8, room: &Room) -> Answer<Outcome> {
    let at = |name: &str| table.json(&format!("{}/{}", before, name));
    let raw = at("status");
    let mut said = Outcome {
        state: match raw.as_str() {
            "paid" => CAPTURED,
            "pending" => PENDING,
            "redirect" => NEEDS_ACTION,
            "declined" => DECLINED,
            "refunded" => REFUNDED,
            "refund_failed" => REFUND_FAILED,
            _ => UNKNOWN,
        },
        ref_: room.text(&at("id"))?,
        raw: room.text(&raw)?,
        ..Default::default()
    };
    let currency = at("currency");
    if currency.len() == 3 {
        said.amount.currency[..3].copy_from_slice(currency.as_bytes());
        said.amount.exponent = exponent;
        said.amount.minor = at("amount").parse().unwrap_or(0);
    }
    if said.state == DECLINED {
        said.reason = why(table, before, room)?;
    }
    if said.state == NEEDS_ACTION {
        let url = room.text(&at("redirect_url"))?;
        said.action = room.keep(Action { size: size_of::<Action>(), kind: REDIRECT, url, ..Default::default() })?;
    }
    Ok(said)
}

fn why(table: &List, before: &str, room: &Room) -> Answer<*const Reason> {
    let code = table.json(&format!("{}/code", before));
    let kind = match code.as_str() {
        "insufficient_funds" => FUNDS,
        "stolen_card" => HARD,
        _ => SOFT,
    };
    let said = room.text(&table.json(&format!("{}/message", before)))?;
    room.keep(Reason { size: size_of::<Reason>(), kind, code: room.text(&code)?, text: said })
}

/// 400, 401, 403, 404 and 429 were refused before anything happened; all else may have happened.
fn by_http(reply: &Reply, room: &Room) -> Answer<*const Step> {
    let refused = matches!(reply.status, 400 | 401 | 403 | 404 | 429);
    let kind = if reply.status == 429 { THROTTLED } else if refused { MISCONFIGURED } else { TECHNICAL };
    let reason = room.keep(Reason { size: size_of::<Reason>(), kind, ..Default::default() })?;
    let raw = room.text(&format!("http {}", reply.status))?;
    done(room, Outcome { state: if refused { NOT_SENT } else { UNKNOWN }, raw, reason, ..Default::default() })
}

/// The block's values: `statement_text`, which this one does not send. Anything else is a problem, with where it is.
fn create(setup: &Setup, room: &Room) -> Answer<*const Made> {
    static INSTANCE: u8 = 0; // nothing is kept of the block
    for entry in setup.config.each::<Json>() {
        if !matches!(entry.pointer.as_str(), "" | "/statement_text") {
            let problem = Problem { path: entry.pointer, text: text("only statement_text is known here") };
            let problems = room.list(&[problem])?;
            return room.keep(Made { size: size_of::<Made>(), problems, ..Default::default() });
        }
    }
    let plugin = &INSTANCE as *const u8 as *mut Plugin;
    room.keep(Made { size: size_of::<Made>(), plugin, ..Default::default() })
}

// ---- The C interface: each function hands on to one above ---------------------------------------------------------

type Function = fn(&Operation, Option<Reply>, &Room) -> Answer<*const Step>;
unsafe fn step(run: Function, op: *const Operation, replies: *const Replies, arena: *mut Arena) -> *const Step {
    guarded(|| run(&*op, (*replies).replies.each::<Reply>().last(), &Room(arena)))
}
unsafe extern "C" fn charge_c(_: *const Plugin, op: *const Operation, r: *const Replies, a: *mut Arena) -> *const Step {
    step(charge, op, r, a)
}
unsafe extern "C" fn refund_c(_: *const Plugin, op: *const Operation, r: *const Replies, a: *mut Arena) -> *const Step {
    step(refund, op, r, a)
}
unsafe extern "C" fn status_c(_: *const Plugin, op: *const Operation, r: *const Replies, a: *mut Arena) -> *const Step {
    step(status, op, r, a)
}
unsafe extern "C" fn describe_c(_: *const Plugin, arena: *mut Arena) -> *const Capabilities {
    guarded(|| describe(&Room(arena)))
}
unsafe extern "C" fn webhook_c(_: *const Plugin, hook: *const Webhook, arena: *mut Arena) -> *const Claims {
    guarded(|| webhook(&*hook, &Room(arena)))
}
unsafe extern "C" fn create_c(setup: *const Setup, arena: *mut Arena) -> *const Made {
    guarded(|| create(&*setup, &Room(arena)))
}
unsafe extern "C" fn query_c(_: *const Plugin, id: *const c_char) -> *const c_void {
    static TABLE: Processor1 = Processor1 {
        size: std::mem::size_of::<Processor1>() as u32,
        zero: 0,
        describe: Some(describe_c),
        charge: Some(charge_c),
        cancel: None,
        refund: Some(refund_c),
        status: Some(status_c),
        webhook: Some(webhook_c),
        pull: None,
        capture: None,
        save_method: None,
        confirm: None,
    };
    if CStr::from_ptr(id).to_bytes() == b"florin.processor/1" {
        return &TABLE as *const Processor1 as *const c_void;
    }
    std::ptr::null()
}

#[no_mangle]
pub extern "C" fn florin_plugin_entry_1() -> *const Entry1 {
    static ENTRY: Entry1 = Entry1 {
        size: std::mem::size_of::<Entry1>() as u32,
        abi_minor: ABI_MINOR,
        create: Some(create_c),
        query: Some(query_c),
        destroy: None,
    };
    &ENTRY
}

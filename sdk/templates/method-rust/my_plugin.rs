//! A debit from a bank account, by its IBAN. What the customer types is checked here; the processor gets it cleaned.
mod florin;
use florin::*;
use std::ffi::CStr;
use std::os::raw::{c_char, c_void};

manifest!(b"florin 1.2\n{\"id\": \"my_plugin\", \"version\": \"0.1.0\", \"interfaces\": [\"florin.method/1\"],
  \"config\": {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {}}}");

const HOUR: i64 = 3_600_000_000; // microseconds

fn describe(room: &Room) -> Answer<*const MethodFacts> {
    let field = |name: &'static str, label: &'static str| Field { name: text(name), label: text(label), required: 1, ..Default::default() };
    room.keep(MethodFacts {
        size: size_of::<MethodFacts>(),
        method: text("my_plugin"),
        title: text("Bank debit"),
        fields: room.list(&[field("iban", "IBAN"), field("holder", "Account holder")])?,
        pending_up_to_us: 14 * 24 * HOUR,
        polls_us: room.list(&[12 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR])?,
        ..Default::default()
    })
}

/// ISO 13616: two letters, two check digits, and 97 divides what is left with 1.
fn is_iban(iban: &str) -> bool {
    if iban.len() < 15 || iban.len() > 34 || !iban.is_ascii() {
        return false;
    }
    let turned = iban[4..].bytes().chain(iban[..4].bytes());
    let rest = turned.fold(Some(0u32), |rest, c| match c {
        b'0'..=b'9' => Some((rest? * 10 + u32::from(c - b'0')) % 97),
        b'A'..=b'Z' => Some((rest? * 100 + u32::from(c - b'A') + 10) % 97),
        _ => None,
    });
    rest == Some(1)
}

/// Never quote what was entered: it may be what nobody should see.
fn check(entered: &Entered, room: &Room) -> Answer<*const Checked> {
    let find = |name: &str| {
        let pair = entered.fields.each::<Pair>().find(|pair| pair.name.as_str() == name);
        pair.map_or(String::new(), |pair| pair.value.as_str().to_string())
    };
    let iban: String = find("iban").chars().filter(|c| *c != ' ' && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let mut problems = Vec::new();
    let mut problem = |field: &'static str, why: &'static str| problems.push(Problem { path: text(field), text: text(why) });
    if iban.is_empty() {
        problem("iban", "the IBAN is missing");
    } else if !is_iban(&iban) {
        problem("iban", "this is no IBAN: a letter or digit of it is wrong");
    }
    if find("holder").is_empty() {
        problem("holder", "the name of who holds the account is missing");
    }
    if !problems.is_empty() {
        return room.keep(Checked { size: size_of::<Checked>(), problems: room.list(&problems)?, ..Default::default() });
    }
    let shown = room.text(&format!("{} \u{2022}\u{2022} {}", &iban[..2], &iban[iban.len() - 4..]))?;
    let details = [
        Pair { name: text("iban"), value: room.text(&iban)? },
        Pair { name: text("holder"), value: room.text(&find("holder"))? },
    ];
    room.keep(Checked { size: size_of::<Checked>(), details: room.list(&details)?, masked: shown, ..Default::default() })
}

fn offered(situation: &Situation, room: &Room) -> Answer<*const Verdict> {
    let euro = situation.amount.currency[0] == 0 || situation.amount.code() == "EUR";
    room.keep(if euro {
        Verdict { size: size_of::<Verdict>(), allowed: 1, ..Default::default() }
    } else {
        Verdict { size: size_of::<Verdict>(), rule: text("currency"), text: text("Bank debits are in EUR."), ..Default::default() }
    })
}

/// The block has no words of its own.
fn create(setup: &Setup, room: &Room) -> Answer<*const Made> {
    if let Some(entry) = setup.config.each::<Json>().find(|entry| !entry.pointer.as_str().is_empty()) {
        let problems = room.list(&[Problem { path: entry.pointer, text: text("nothing is known here") }])?;
        return room.keep(Made { size: size_of::<Made>(), problems, ..Default::default() });
    }
    static INSTANCE: u8 = 0;
    room.keep(Made { size: size_of::<Made>(), plugin: &INSTANCE as *const u8 as *mut Plugin, ..Default::default() })
}

// ---- The C interface: each function hands on to one above ---------------------------------------------------------

unsafe extern "C" fn describe_c(_: *const Plugin, arena: *mut Arena) -> *const MethodFacts {
    guarded(|| describe(&Room(arena)))
}
unsafe extern "C" fn offered_c(_: *const Plugin, situation: *const Situation, arena: *mut Arena) -> *const Verdict {
    guarded(|| offered(&*situation, &Room(arena)))
}
unsafe extern "C" fn check_c(_: *const Plugin, entered: *const Entered, arena: *mut Arena) -> *const Checked {
    guarded(|| check(&*entered, &Room(arena)))
}
unsafe extern "C" fn create_c(setup: *const Setup, arena: *mut Arena) -> *const Made {
    guarded(|| create(&*setup, &Room(arena)))
}
unsafe extern "C" fn query_c(_: *const Plugin, id: *const c_char) -> *const c_void {
    static TABLE: Method1 = Method1 {
        size: std::mem::size_of::<Method1>() as u32,
        zero: 0,
        describe: Some(describe_c),
        offered: Some(offered_c),
        check: Some(check_c),
    };
    if CStr::from_ptr(id).to_bytes() == b"florin.method/1" {
        return &TABLE as *const Method1 as *const c_void;
    }
    std::ptr::null()
}
unsafe extern "C" fn destroy_c(_: *mut Plugin) {}

#[no_mangle]
pub extern "C" fn florin_plugin_entry_1() -> *const Entry1 {
    static ENTRY: Entry1 = Entry1 {
        size: std::mem::size_of::<Entry1>() as u32,
        abi_minor: ABI_MINOR,
        create: Some(create_c),
        query: Some(query_c),
        destroy: Some(destroy_c),
    };
    &ENTRY
}

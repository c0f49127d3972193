//! Gives what was paid for until the period ends, and takes nothing away before.
mod florin;
use florin::*;
use std::ffi::CStr;
use std::os::raw::{c_char, c_void};

manifest!(b"florin 1.2\n{\"id\": \"my_plugin\", \"version\": \"0.1.0\", \"interfaces\": [\"florin.credit_policy/1\"],
  \"config\": {\"type\": \"object\", \"additionalProperties\": false,
    \"properties\": {\"priority\": {\"type\": \"string\", \"pattern\": \"^[0-9]{1,2}$\"}}}}");

struct MyPlugin {
    priority: i32,
}

fn decide(plugin: &MyPlugin, moment: &Moment, room: &Room) -> Answer<*const Decisions> {
    let mut then = Vec::new();
    if moment.kind == PERIOD_PAID {
        for credits in moment.includes.each::<Allowance>() {
            then.push(Decision {
                kind: ISSUE,
                source: FROM_PLAN,
                priority: plugin.priority,
                end: ENDS_WITH_PERIOD,
                type_: credits.type_,
                units: credits.units,
                rule: text("priority"),
                ..Default::default()
            });
        }
    }
    room.keep(Decisions { size: size_of::<Decisions>(), decisions: room.list(&then)?, ..Default::default() })
}

/// The block's values: `priority`, 0 to 99. Anything else is a problem, with where it is.
fn create(setup: &Setup, room: &Room) -> Answer<*const Made> {
    let mut priority = 0;
    for entry in setup.config.each::<Json>() {
        let problem = match entry.pointer.as_str() {
            "" => continue, // the block itself
            "/priority" => match entry.text.as_str().parse::<i32>() {
                Ok(n) if (0..100).contains(&n) => {
                    priority = n;
                    continue;
                }
                _ => "priority is 0 to 99",
            },
            _ => "only priority is known here",
        };
        let problems = room.list(&[Problem { path: entry.pointer, text: text(problem) }])?;
        return room.keep(Made { size: size_of::<Made>(), problems, ..Default::default() });
    }
    let plugin = Box::into_raw(Box::new(MyPlugin { priority })) as *mut Plugin;
    room.keep(Made { size: size_of::<Made>(), plugin, ..Default::default() })
}

// ---- The C interface: each function hands on to one above ---------------------------------------------------------

unsafe extern "C" fn decide_c(plugin: *const Plugin, moment: *const Moment, arena: *mut Arena) -> *const Decisions {
    guarded(|| decide(&*(plugin as *const MyPlugin), &*moment, &Room(arena)))
}
unsafe extern "C" fn create_c(setup: *const Setup, arena: *mut Arena) -> *const Made {
    guarded(|| create(&*setup, &Room(arena)))
}
unsafe extern "C" fn query_c(_: *const Plugin, id: *const c_char) -> *const c_void {
    static TABLE: CreditPolicy1 =
        CreditPolicy1 { size: std::mem::size_of::<CreditPolicy1>() as u32, zero: 0, decide: Some(decide_c) };
    if CStr::from_ptr(id).to_bytes() == b"florin.credit_policy/1" {
        return &TABLE as *const CreditPolicy1 as *const c_void;
    }
    std::ptr::null()
}
unsafe extern "C" fn destroy_c(plugin: *mut Plugin) {
    drop(Box::from_raw(plugin as *mut MyPlugin));
}

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

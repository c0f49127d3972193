//! One rate a country. The host adds up the lines of one name and rounds; a country that is not listed has no tax.
mod florin;
use florin::*;
use std::ffi::CStr;
use std::os::raw::{c_char, c_void};

manifest!(b"florin 1.2\n{\"id\": \"my_plugin\", \"version\": \"0.1.0\", \"interfaces\": [\"florin.tax/1\"],
  \"config\": {\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"rates\"],
    \"properties\": {\"rates\": {\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\", \"pattern\": \"^[1-9][0-9]?$\"}}},
    \"examples\": [{\"rates\": {\"DE\": \"19\", \"FR\": \"20\"}}]}}");

struct MyPlugin {
    rates: Vec<(String, i64, String)>, // DE, 19, VAT 19%
}

fn taxes(plugin: &MyPlugin, sale: &Sale, room: &Room) -> Answer<*const Taxes> {
    let mut all = Vec::new();
    if let Some((_, percent, name)) = plugin.rates.iter().find(|(country, _, _)| country == sale.country.as_str()) {
        let name = room.text(name)?;
        for line in 0..sale.lines.count {
            all.push(TaxRate { line, over: *percent, under: 100, name, ..Default::default() });
        }
    }
    room.keep(Taxes { size: size_of::<Taxes>(), rates: room.list(&all)?, ..Default::default() })
}

/// The block's values: `rates`, a map of countries. Anything else is a problem, with where it is.
fn create(setup: &Setup, room: &Room) -> Answer<*const Made> {
    let mut rates = Vec::new();
    for entry in setup.config.each::<Json>() {
        let at = entry.pointer.as_str();
        let problem = match at.strip_prefix("/rates/") {
            _ if at.is_empty() || at == "/rates" => continue, // the block itself, and the map
            None => "only rates is known here, as rates: {DE: 19}",
            Some(country) if country.len() != 2 => "a country is two letters of ISO 3166, as DE",
            Some(country) => match entry.text.as_str().parse::<i64>() {
                Ok(percent) if (1..100).contains(&percent) => {
                    rates.push((country.to_string(), percent, format!("VAT {}%", percent)));
                    continue;
                }
                _ => "a rate is whole percent, 1 to 99",
            },
        };
        let problems = room.list(&[Problem { path: entry.pointer, text: text(problem) }])?;
        return room.keep(Made { size: size_of::<Made>(), problems, ..Default::default() });
    }
    if rates.is_empty() {
        let problems = room.list(&[Problem { path: text("/rates"), text: text("rates is a map of countries, as {DE: 19}") }])?;
        return room.keep(Made { size: size_of::<Made>(), problems, ..Default::default() });
    }
    let plugin = Box::into_raw(Box::new(MyPlugin { rates })) as *mut Plugin;
    room.keep(Made { size: size_of::<Made>(), plugin, ..Default::default() })
}

// ---- The C interface: each function hands on to one above ---------------------------------------------------------

unsafe extern "C" fn taxes_c(plugin: *const Plugin, sale: *const Sale, arena: *mut Arena) -> *const Taxes {
    guarded(|| taxes(&*(plugin as *const MyPlugin), &*sale, &Room(arena)))
}
unsafe extern "C" fn create_c(setup: *const Setup, arena: *mut Arena) -> *const Made {
    guarded(|| create(&*setup, &Room(arena)))
}
unsafe extern "C" fn query_c(_: *const Plugin, id: *const c_char) -> *const c_void {
    static TABLE: Tax1 = Tax1 { size: std::mem::size_of::<Tax1>() as u32, zero: 0, taxes: Some(taxes_c) };
    if CStr::from_ptr(id).to_bytes() == b"florin.tax/1" {
        return &TABLE as *const Tax1 as *const c_void;
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

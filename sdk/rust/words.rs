
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

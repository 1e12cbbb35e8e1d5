//! Prints the spec of a plugin: specgen-example ENGINE HOST_FACTS CONFIG
//!
//! Calls libspecgen.so by hand-written declarations; RUSTFLAGS=-L says where it
//! is. No crate is needed.
use std::ffi::{c_char, c_int, CStr, CString};
use std::io::Write;
use std::ptr;

#[repr(C)]
struct Opaque {
    _private: [u8; 0],
}

/// specgen_request
#[repr(C)]
struct Request {
    struct_size: usize,
    plugin: *const c_char,
    plugin_size: usize,
    shape: i32,
    restarted: i32,
    set: *const *const c_char,
    set_count: usize,
    plugin_name: *const c_char,
    id: *const c_char,
    rootfs: *const c_char,
    lib_root: *const c_char,
    exec_root: *const c_char,
    metrics_socket: *const c_char,
}

#[link(name = "specgen")]
extern "C" {
    fn specgen_last_error() -> *const c_char;
    fn specgen_generator_new(
        engine: *const c_char,
        host_json: *const c_char,
        host_json_size: usize,
        generator: *mut *mut Opaque,
    ) -> c_int;
    fn specgen_generator_free(generator: *mut Opaque);
    fn specgen_answer_new() -> *mut Opaque;
    fn specgen_answer_free(answer: *mut Opaque);
    fn specgen_generate(
        generator: *const Opaque,
        request: *const Request,
        answer: *mut Opaque,
    ) -> c_int;
    fn specgen_answer_spec(answer: *const Opaque, size: *mut usize) -> *const c_char;
}

struct Error {
    status: c_int,
    message: String,
}

fn check(status: c_int) -> Result<(), Error> {
    if status == 0 {
        return Ok(());
    }
    // Safety: the text lives until this thread's next call.
    let message = unsafe { CStr::from_ptr(specgen_last_error()) };
    Err(Error { status, message: message.to_string_lossy().into_owned() })
}

/// Makes specs as one Docker release would.
struct Generator {
    generator: *mut Opaque,
    answer: *mut Opaque,
}

impl Generator {
    fn new(engine: &str, host: &[u8]) -> Result<Self, Error> {
        let engine = CString::new(engine).unwrap_or_default();
        let mut generator = ptr::null_mut();
        // Safety: all is alive during the call.
        unsafe {
            check(specgen_generator_new(
                engine.as_ptr(),
                host.as_ptr().cast(),
                host.len(),
                &mut generator,
            ))?;
            Ok(Generator { generator, answer: specgen_answer_new() })
        }
    }

    /// The spec; it is borrowed until the next call.
    fn generate(&mut self, plugin: &[u8]) -> Result<&[u8], Error> {
        // Safety: NULL and 0 are a request's defaults; all is alive while used.
        unsafe {
            let mut request: Request = std::mem::zeroed();
            request.struct_size = std::mem::size_of::<Request>();
            request.plugin = plugin.as_ptr().cast();
            request.plugin_size = plugin.len();
            check(specgen_generate(self.generator, &request, self.answer))?;
            let mut size = 0;
            let spec = specgen_answer_spec(self.answer, &mut size);
            Ok(std::slice::from_raw_parts(spec.cast(), size))
        }
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        // Safety: both came from their ..._new, or are NULL.
        unsafe {
            specgen_answer_free(self.answer);
            specgen_generator_free(self.generator);
        }
    }
}

fn run(args: &[String]) -> Result<(), Error> {
    let file = |path: &String| {
        std::fs::read(path).map_err(|e| Error { status: 4, message: format!("{path}: {e}") })
    };
    let (host, config) = (file(&args[2])?, file(&args[3])?);
    let mut generator = Generator::new(&args[1], &host)?;
    let spec = generator.generate(&config)?;
    std::io::stdout()
        .write_all(spec)
        .map_err(|e| Error { status: 4, message: e.to_string() })
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() != 4 {
        std::process::exit(2);
    }
    if let Err(error) = run(&args) {
        eprintln!("{}: {}", args[3], error.message);
        std::process::exit(error.status);
    }
}

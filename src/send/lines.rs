//! The bytes of a subscriber file as plain lines, whatever wrote them: Notepad, Excel on Windows or a Mac, a script.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use anyhow::Result;

/// Bytes of one row. A longer one is a quote that nobody closed.
pub(super) const ROW_BYTES_MAX: u64 = 64 * 1024;

/// Several rows' worth: the row itself is named when it is only somewhat too long.
const ROWS_BYTES_MAX: u64 = 10 * ROW_BYTES_MAX;

/// Of so many bytes one may be a control character: more is a workbook, a picture, a program.
const CONTROLS_SHARE: usize = 50;

/// Whether the beginning of a file is that of no text.
fn is_binary(head: &[u8]) -> bool {
    let is_control = |byte: &&u8| **byte < b' ' && !matches!(**byte, b'\t' | b'\r' | b'\n');
    head.starts_with(b"PK\x03\x04") || head.iter().filter(is_control).count() * CONTROLS_SHARE > head.len().max(512)
}

/// What a file is.
pub(super) enum Opened<R> {
    /// There is nothing in it.
    Empty,
    /// No text: a workbook, a picture.
    Binary,
    /// The input as bytes that are UTF-8 or nearly, and the delimiter of its first line.
    Text(R, u8),
}

/// Looks at the beginning of the input.
pub(super) fn text_of(mut input: impl Read) -> Result<Opened<impl Read>> {
    let mut head = Vec::new();
    input.by_ref().take(8 * 1024).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(Opened::Empty);
    }
    let mark = encoding_rs::Encoding::for_bom(&head);
    let decoder = mark.map(|(encoding, _)| encoding).filter(|encoding| *encoding != encoding_rs::UTF_8);
    let skipped = mark.map_or(0, |(_, n_bytes)| n_bytes);
    if decoder.is_none() && is_binary(&head) {
        return Ok(Opened::Binary);
    }
    let whole = io::Cursor::new(head.split_off(skipped)).chain(input);
    let mut text = Lines::new(whole, decoder.map(encoding_rs::Encoding::new_decoder));
    let mut first = vec![0_u8; 4 * 1024];
    let mut n_first = 0;
    while n_first < first.len() && !first[..n_first].contains(&b'\n') {
        match text.read(&mut first[n_first..])? {
            0 => break,
            n_bytes => n_first += n_bytes,
        }
    }
    first.truncate(n_first);
    let line = first.split(|byte| *byte == b'\n').next().unwrap_or(&first);
    let count = |delimiter: u8| line.split(|byte| *byte == delimiter).count() - 1;
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',');
    // Of equal counts `max_by_key` takes the last; a single column has none of them.
    let delimiter = if count(delimiter) == 0 { b',' } else { delimiter };
    Ok(Opened::Text(io::Cursor::new(first).chain(text), delimiter))
}

/// What is read of one row, until a person has to look: a quote that nobody closed would take in the rest of the file.
pub(super) struct Bounded<R> {
    input: R,
    n_read: Rc<Cell<u64>>,
}

impl<R> Bounded<R> {
    /// The input, and the count of what was read of it, to be set to zero before each row.
    pub(super) fn new(input: R) -> (Self, Rc<Cell<u64>>) {
        let n_read = Rc::new(Cell::new(0));
        (Self { input, n_read: Rc::clone(&n_read) }, n_read)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.n_read.get() > ROWS_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a row without an end"));
        }
        let n_bytes = self.input.read(out)?;
        self.n_read.set(self.n_read.get() + n_bytes as u64);
        Ok(n_bytes)
    }
}

/// The input as it streams: UTF-16 becomes UTF-8, every line end `\n`, the last line has one, and a line that never
/// ends is an error.
struct Lines<R> {
    input: R,
    decoder: Option<encoding_rs::Decoder>,
    ready: Vec<u8>,
    n_taken: usize,
    had_cr: bool,
    is_over: bool,
    n_since_line: u64,
}

/// Bytes read at once.
const BLOCK_BYTES: usize = 16 * 1024;

impl<R: Read> Lines<R> {
    fn new(input: R, decoder: Option<encoding_rs::Decoder>) -> Self {
        Self { input, decoder, ready: Vec::new(), n_taken: 0, had_cr: false, is_over: false, n_since_line: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut raw = [0_u8; BLOCK_BYTES];
        let n_raw = self.input.read(&mut raw)?;
        let mut text = String::new();
        let bytes = match &mut self.decoder {
            None => &raw[..n_raw],
            Some(decoder) => {
                text.reserve(decoder.max_utf8_buffer_length(n_raw).unwrap_or(4 * BLOCK_BYTES));
                // There is room for whatever these bytes become, so one call takes them all.
                let _ = decoder.decode_to_string(&raw[..n_raw], &mut text, n_raw == 0);
                text.as_bytes()
            }
        };
        self.ready.clear();
        self.n_taken = 0;
        for &byte in bytes {
            if byte == b'\r' || (byte == b'\n' && !self.had_cr) {
                self.ready.push(b'\n');
                self.n_since_line = 0;
            } else if byte != b'\n' {
                self.ready.push(byte);
                self.n_since_line += 1;
            }
            self.had_cr = byte == b'\r';
        }
        if n_raw == 0 {
            self.is_over = true;
            self.ready.push(b'\n');
        }
        if self.n_since_line > ROWS_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line without an end"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.n_taken == self.ready.len() {
            if self.is_over {
                return Ok(0);
            }
            self.refill()?;
        }
        let n_bytes = out.len().min(self.ready.len() - self.n_taken);
        out[..n_bytes].copy_from_slice(&self.ready[self.n_taken..self.n_taken + n_bytes]);
        self.n_taken += n_bytes;
        Ok(n_bytes)
    }
}

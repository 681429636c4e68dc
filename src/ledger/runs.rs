//! Rows of subscriber files in the order of their addresses, in little memory. Pieces that fit are sorted beside the
//! reading and kept in a file of STATE that has no name; at the end they are merged as they are read back. A list that
//! fits into one piece never touches the disk.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result, anyhow};

use super::intake::Entry;
use crate::model::Lang;

/// Bytes of one piece: one is being filled while another is being sorted.
const PIECE_BYTES: usize = 8 * 1024 * 1024;
/// Bytes that are read back at once, of each piece: a list of 2 GB has some 300 pieces.
const READ_BYTES: usize = 32 * 1024;
/// Stands for a text that is not there.
const NONE: u32 = u32::MAX;
/// What comes before the texts of a packed row: its file, its line, and whether both languages are asked for.
const HEAD_BYTES: usize = 4 + 8 + 1;
/// The texts of a row: key, address, language, name, format, source, day of consent, basis, further columns.
const TEXTS: usize = 9;

/// A row, lent by the piece that holds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// The file, by its position in the import.
    pub(super) file: usize,
    /// Its line.
    pub(super) line: u64,
    pub(super) both: bool,
    pub(super) key: &'a str,
    pub(super) address: &'a str,
    pub(super) language: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) format: Option<&'a str>,
    pub(super) source: Option<&'a str>,
    pub(super) consented_on: Option<&'a str>,
    pub(super) basis: Option<&'a str>,
    pub(super) fields: Option<&'a str>,
}

/// Packed rows, one after another, and where each begins.
#[derive(Debug, Default)]
pub(super) struct Piece {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Piece {
    fn push(&mut self, file: usize, line: u64, entry: &Entry) {
        self.starts.push(self.bytes.len());
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        // A file's position is far below four thousand million.
        self.bytes.extend_from_slice(&u32::try_from(file).unwrap_or(u32::MAX).to_le_bytes());
        self.bytes.extend_from_slice(&line.to_le_bytes());
        self.bytes.push(u8::from(entry.both));
        self.text(Some(&entry.address.key()));
        self.text(Some(entry.address.as_str()));
        self.text(entry.language.as_ref().map(Lang::as_str));
        for text in [&entry.name, &entry.format, &entry.source, &entry.consented_on, &entry.basis, &entry.fields] {
            self.text(text.as_deref());
        }
        let length = u32::try_from(self.bytes.len() - at - 4).unwrap_or(u32::MAX);
        self.bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
    }

    fn text(&mut self, text: Option<&str>) {
        // A row is limited to 64 KiB where it is read.
        let length = text.map_or(NONE, |text| u32::try_from(text.len()).unwrap_or(NONE));
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
    }

    /// A packed row with its length before it.
    fn take(&mut self, packed: &[u8]) {
        self.starts.push(self.bytes.len());
        self.bytes.extend_from_slice(packed);
    }

    fn packed(&self, start: usize) -> &[u8] {
        &self.bytes[start..start + 4 + number(&self.bytes[start..])]
    }

    /// Sorts by key; rows of one key stay in the order in which they were read.
    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.starts.sort_unstable_by(|a, b| key(&bytes[*a..]).cmp(key(&bytes[*b..])).then(a.cmp(b)));
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Its rows, in order.
    pub(super) fn rows(&self) -> Result<Vec<Row<'_>>> {
        let row = |start: &usize| read(self.packed(*start));
        self.starts.iter().map(row).collect::<Option<_>>().ok_or_else(broken)
    }

    /// The last key; none: there are no rows.
    pub(super) fn last_key(&self) -> Result<Option<String>> {
        let last = self.starts.last().map(|start| read(self.packed(*start)).ok_or_else(broken)).transpose()?;
        Ok(last.map(|row| row.key.to_owned()))
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.first_chunk().map_or(0, |four| u32::from_le_bytes(*four) as usize)
}

/// The key of a packed row.
fn key(packed: &[u8]) -> &[u8] {
    let at = 4 + HEAD_BYTES;
    &packed[at + 4..at + 4 + number(&packed[at..])]
}

fn read(packed: &[u8]) -> Option<Row<'_>> {
    let (head, mut rest) = packed.get(4..)?.split_at_checked(HEAD_BYTES)?;
    let mut texts = [None; TEXTS];
    for text in &mut texts {
        let (length, after) = rest.split_first_chunk()?;
        let length = u32::from_le_bytes(*length);
        let (bytes, after) = after.split_at_checked(if length == NONE { 0 } else { length as usize })?;
        *text = if length == NONE { None } else { Some(std::str::from_utf8(bytes).ok()?) };
        rest = after;
    }
    let [key, address, language, name, format, source, consented_on, basis, fields] = texts;
    Some(Row {
        file: number(head),
        line: u64::from_le_bytes(*head[4..].first_chunk()?),
        both: head[HEAD_BYTES - 1] == 1,
        key: key?,
        address: address?,
        language,
        name,
        format,
        source,
        consented_on,
        basis,
        fields,
    })
}

/// Rows as they come in.
pub(super) struct Runs {
    folder: PathBuf,
    piece: Piece,
    sorter: Option<Sorter>,
}

/// Sorts pieces beside the reading.
struct Sorter {
    pieces: SyncSender<Piece>,
    thread: JoinHandle<io::Result<Spilled>>,
}

/// Sorted pieces in a file, each from one byte to another.
struct Spilled {
    file: Arc<Scratch>,
    spans: Vec<(u64, u64)>,
}

impl Runs {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), piece: Piece::default(), sorter: None }
    }

    pub(super) fn push(&mut self, file: usize, line: u64, entry: &Entry) -> Result<()> {
        self.piece.push(file, line, entry);
        if self.piece.bytes.len() < PIECE_BYTES {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.piece);
        let sorter = match self.sorter.take() {
            Some(sorter) => sorter,
            None => Sorter::start(&self.folder)?,
        };
        if sorter.pieces.send(piece).is_err() {
            // It has ended, and its error says why.
            sorter.finish()?;
            return Err(broken());
        }
        self.sorter = Some(sorter);
        Ok(())
    }

    /// Everything that came in, in the order of keys.
    pub(super) fn sorted(mut self) -> Result<Sorted> {
        let mut runs: Vec<Run> = Vec::new();
        if let Some(sorter) = self.sorter.take() {
            let Spilled { file, spans } = sorter.finish()?;
            runs.extend(spans.into_iter().map(|(at, end)| Run::Spilled(Reader::new(Arc::clone(&file), at, end))));
        }
        self.piece.sort();
        runs.push(Run::Here(self.piece, 0));
        let mut heads = BinaryHeap::new();
        for (run, rows) in runs.iter_mut().enumerate() {
            let mut packed = Vec::new();
            if rows.next(&mut packed)? {
                heads.push(Head { packed, run });
            }
        }
        Ok(Sorted { runs, heads })
    }
}

impl Sorter {
    fn start(folder: &Path) -> Result<Self> {
        let file = Scratch::make(folder).with_context(no_room)?;
        let (pieces, waiting) = sync_channel::<Piece>(0);
        let thread = std::thread::Builder::new().name("sorter".to_owned()).spawn(move || {
            let (mut spans, mut at) = (Vec::new(), 0);
            for mut piece in waiting {
                piece.sort();
                let mut out = io::BufWriter::with_capacity(READ_BYTES, &file.file);
                piece.starts.iter().try_for_each(|start| out.write_all(piece.packed(*start)))?;
                out.flush()?;
                let end = at + piece.bytes.len() as u64;
                spans.push((at, end));
                at = end;
            }
            Ok(Spilled { file: Arc::new(file), spans })
        })?;
        Ok(Self { pieces, thread })
    }

    fn finish(self) -> Result<Spilled> {
        drop(self.pieces);
        let ended = self.thread.join().map_err(|_| broken())?;
        ended.with_context(no_room)
    }
}

fn broken() -> anyhow::Error {
    anyhow!(words!(
        "the sorted rows could not be read back: run the command again",
        "les lignes triées n'ont pas pu être relues : relancez la commande"
    ))
}

fn no_room() -> crate::model::Words {
    words!(
        "the rows could not be sorted beside the ledger: is there room on the disk",
        "les lignes n'ont pas pu être triées à côté du registre : reste-t-il de la place sur le disque"
    )
}

/// A file of this process's own, which names people: nobody else may read it, and it goes with the process.
struct Scratch {
    file: File,
    path: PathBuf,
}

impl Scratch {
    fn make(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("import-{}.tmp", std::process::id()));
        let _ = fs::remove_file(&path); // Of a process that had the same number and was killed.
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let scratch = Self { file: options.open(&path)?, path };
        // Without a name it goes however the process ends.
        #[cfg(unix)]
        fs::remove_file(&scratch.path)?;
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // Gone already where files may be open without a name.
    }
}

/// One sorted piece.
enum Run {
    Here(Piece, usize),
    Spilled(Reader),
}

impl Run {
    /// The next row; false: there is none.
    fn next(&mut self, packed: &mut Vec<u8>) -> io::Result<bool> {
        match self {
            Self::Here(piece, at) => {
                let Some(start) = piece.starts.get(*at) else { return Ok(false) };
                packed.clear();
                packed.extend_from_slice(piece.packed(*start));
                *at += 1;
                Ok(true)
            }
            Self::Spilled(reader) => reader.next(packed),
        }
    }
}

/// A piece as it is read back.
struct Reader {
    file: Arc<Scratch>,
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    n_taken: usize,
}

impl Reader {
    const fn new(file: Arc<Scratch>, at: u64, end: u64) -> Self {
        Self { file, at, end, buffer: Vec::new(), n_taken: 0 }
    }

    fn next(&mut self, packed: &mut Vec<u8>) -> io::Result<bool> {
        self.fill(4)?;
        if self.buffer.len() == self.n_taken {
            return Ok(false);
        }
        let n_bytes = 4 + number(&self.buffer[self.n_taken..]);
        self.fill(n_bytes)?;
        let row = self.buffer.get(self.n_taken..self.n_taken + n_bytes).ok_or(io::ErrorKind::UnexpectedEof)?;
        packed.clear();
        packed.extend_from_slice(row);
        self.n_taken += n_bytes;
        Ok(true)
    }

    /// Makes sure of so many bytes, if there are as many.
    fn fill(&mut self, n_bytes: usize) -> io::Result<()> {
        if self.buffer.len() - self.n_taken >= n_bytes || self.at == self.end {
            return Ok(());
        }
        self.buffer.drain(..self.n_taken);
        self.n_taken = 0;
        let wanted = n_bytes.max(READ_BYTES).saturating_sub(self.buffer.len()) as u64;
        let mut file = &self.file.file;
        file.seek(SeekFrom::Start(self.at))?;
        self.at += file.take(wanted.min(self.end - self.at)).read_to_end(&mut self.buffer)? as u64;
        Ok(())
    }
}

/// The next row of a piece. The smallest key stands at the top of a heap, so the order is turned around.
struct Head {
    packed: Vec<u8>,
    run: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        key(&other.packed).cmp(key(&self.packed)).then(other.run.cmp(&self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// All rows, in the order of keys.
pub(super) struct Sorted {
    runs: Vec<Run>,
    heads: BinaryHeap<Head>,
}

impl Sorted {
    /// The next rows, so many at most; none are left when it is empty.
    pub(super) fn next_piece(&mut self, n_rows: usize) -> Result<Piece> {
        let mut piece = Piece::default();
        while piece.len() < n_rows {
            let Some(mut head) = self.heads.peek_mut() else { break };
            piece.take(&head.packed);
            let run = head.run;
            if !self.runs[run].next(&mut head.packed).with_context(no_room)? {
                std::collections::binary_heap::PeekMut::pop(head);
            }
        }
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;

    fn entry(address: &str, name: &str) -> Entry {
        Entry {
            name: Some(name.to_owned()),
            basis: Some(String::new()),
            ..Entry::new(Address::parse(address).unwrap(), Some(Lang::new("fr")))
        }
    }

    #[test]
    fn rows_come_back_whole_and_in_order_from_memory_and_from_the_disk() {
        // Enough for three pieces, and few keys, so that each stands in all of them.
        for n_rows in [0, 1, 1_000, 3 * PIECE_BYTES / 100] {
            let folder = tempfile::tempdir().unwrap();
            let mut runs = Runs::new(folder.path());
            for n in 0..n_rows {
                let who = n.wrapping_mul(7_919) % 997;
                runs.push(n % 3, n as u64, &entry(&format!("P{who}@example.ca"), &n.to_string())).unwrap();
            }
            let mut sorted = runs.sorted().unwrap();
            let (mut n_seen, mut last) = (0, (String::new(), 0));
            loop {
                let piece = sorted.next_piece(777).unwrap();
                if piece.len() == 0 {
                    break;
                }
                for row in piece.rows().unwrap() {
                    let here = (row.key.to_owned(), row.line);
                    assert!(n_seen == 0 || last < here, "{last:?} {here:?}");
                    assert_eq!((row.file, row.name), ((row.line % 3) as usize, Some(row.line.to_string().as_str())));
                    assert_eq!((row.language, row.source, row.basis, row.both), (Some("fr"), None, Some(""), false));
                    assert_eq!(row.address.to_lowercase(), row.key);
                    (n_seen, last) = (n_seen + 1, here);
                }
            }
            assert_eq!(n_seen, n_rows);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left on the disk");
        }
    }
}

//! The program: hands over to `cli` and returns its exit code.

fn main() {}

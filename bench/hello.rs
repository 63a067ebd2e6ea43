//! The smallest program: how long the operating system alone takes to start and end one.

#![allow(clippy::print_stdout, reason = "printing is all it does")]

fn main() {
    println!("hello, world");
}

//! Triggers a rebuild when a migration changes: they are embedded, and cargo would not notice otherwise.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}

//! `bind <name> <module> <folder> [ordered]`: writes `<name>.js`, `<name>_bg.wasm` and the snippets of a wasm module to a folder,
//! and orders the module's functions if asked to. `bind compress <file>...`: writes `.br` and `.gz` beside each file.

mod compress;
mod order;

use anyhow::{Context as _, Result};
use std::path::PathBuf;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let mut next = |what: &str| arguments.next().with_context(|| format!("the {what} is missing"));
    let name = next("name")?.to_string_lossy().into_owned();
    if name == "compress" {
        return arguments.map(PathBuf::from).try_for_each(|file| compress::compress(&file));
    }
    let (module, folder) = (PathBuf::from(next("module")?), PathBuf::from(next("folder")?));
    let ordered = arguments.next().is_some_and(|argument| argument == "ordered");
    let raw = std::fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
    Bindgen::new()
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .input_bytes(&name, raw)
        .out_name(&name)
        .generate(&folder)
        .with_context(|| format!("wasm-bindgen on the {name} bundle"))?;
    if ordered {
        let path = folder.join(format!("{name}_bg.wasm"));
        std::fs::write(&path, order::order(&std::fs::read(&path)?)?)?;
    }
    Ok(())
}

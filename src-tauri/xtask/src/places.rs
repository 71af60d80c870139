//! Where things lie: the checkout, what is built, the tools that tests need.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders every step works with.
pub(crate) struct Places {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, shared between checkouts where `CARGO_TARGET_DIR` says so.
    pub(crate) target: PathBuf,
}

impl Places {
    pub(crate) fn find() -> Result<Self> {
        // As cargo says when it runs this: what two checkouts share was built in either of them.
        let here = env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
        let root = Path::new(&here)
            .ancestors()
            .nth(2)
            .context("the xtask lies two folders below the checkout")?
            .to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()) {
            Some(folder) => env::current_dir()?.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// Programs that are not the product's: PDFium, the judges.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The built programs.
    pub(crate) fn programs(&self) -> PathBuf {
        self.target.join("debug")
    }

    /// Python with the outside judges in it.
    pub(crate) fn judges_python(&self) -> PathBuf {
        self.tools().join("judges/bin/python")
    }

    /// The second PKCS#11 module of the tests.
    pub(crate) fn kryoptic(&self) -> PathBuf {
        self.tools().join("kryoptic/libkryoptic_pkcs11.so")
    }

    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }
}

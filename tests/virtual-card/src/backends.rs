//! What the card computes with: Trussed with the backends for PINs, RSA and large objects.

use trussed::{
    backend::{Backend as _, BackendId},
    platform::Platform,
    serde_extensions::{ExtensionDispatch, ExtensionId, ExtensionImpl},
    service::ServiceResources,
    types::Context,
    virt::{self, StoreConfig},
};
use trussed_auth::AuthExtension;
use trussed_auth_backend::{AuthBackend, AuthContext, FilesystemLayout};
use trussed_chunked::ChunkedExtension;
use trussed_core::{
    Error,
    api::{Reply, Request, reply, request},
    types::{Bytes, Location},
};
use trussed_hpke::HpkeExtension;
use trussed_rsa_alloc::SoftwareRsa;
use trussed_staging::{StagingBackend, StagingContext};
use trussed_wrap_key_to_file::WrapKeyToFileExtension;

/// What the card calls.
pub(crate) type Client<'a> = virt::Client<'a, Backends>;

/// Lends out a client on a store.
pub(crate) fn with_client(store: StoreConfig, work: impl FnOnce(Client<'_>)) {
    virt::with_platform(store, |platform| {
        platform.run_client_with_backends("piv", Backends::new(), Backends::ORDER, work);
    });
}

/// Which backend a request goes to.
#[derive(Clone, Copy)]
pub(crate) enum Backend {
    Pins,
    Rsa,
    Staging,
}

/// The extensions, by the number they have in a request.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Extension {
    Auth,
    Chunked,
    Hpke,
    WrapKeyToFile,
}

impl Extension {
    const ALL: [Self; 4] = [Self::Auth, Self::Chunked, Self::Hpke, Self::WrapKeyToFile];
}

impl From<Extension> for u8 {
    fn from(extension: Extension) -> Self {
        extension as Self
    }
}

impl TryFrom<u8> for Extension {
    type Error = Error;

    fn try_from(number: u8) -> Result<Self, Error> {
        let known = Self::ALL.get(usize::from(number)).copied();
        known.ok_or(Error::InternalError)
    }
}

pub(crate) struct Backends {
    pins: AuthBackend,
    staging: StagingBackend,
}

impl Backends {
    const ORDER: &[BackendId<Backend>] = &[
        BackendId::Custom(Backend::Staging),
        BackendId::Custom(Backend::Pins),
        BackendId::Custom(Backend::Rsa),
        BackendId::Core,
    ];

    fn new() -> Self {
        let device = Bytes::from(b"a key of no value");
        Self {
            pins: AuthBackend::with_hw_key(Location::Internal, device, FilesystemLayout::V0),
            staging: StagingBackend::new(),
        }
    }
}

#[derive(Default)]
pub(crate) struct Contexts {
    pins: AuthContext,
    staging: StagingContext,
}

impl ExtensionDispatch for Backends {
    type BackendId = Backend;
    type Context = Contexts;
    type ExtensionId = Extension;

    fn core_request<P: Platform>(
        &mut self,
        backend: &Backend,
        context: &mut Context<Contexts>,
        request: &Request,
        resources: &mut ServiceResources<P>,
    ) -> Result<Reply, Error> {
        let (core, own) = (&mut context.core, &mut context.backends);
        match backend {
            Backend::Pins => self.pins.request(core, &mut own.pins, request, resources),
            Backend::Rsa => SoftwareRsa.request(core, &mut (), request, resources),
            Backend::Staging => self
                .staging
                .request(core, &mut own.staging, request, resources),
        }
    }

    fn extension_request<P: Platform>(
        &mut self,
        backend: &Backend,
        extension: &Extension,
        context: &mut Context<Contexts>,
        request: &request::SerdeExtension,
        resources: &mut ServiceResources<P>,
    ) -> Result<reply::SerdeExtension, Error> {
        let (core, own) = (&mut context.core, &mut context.backends);
        macro_rules! staged {
            ($extension:ty) => {
                <StagingBackend as ExtensionImpl<$extension>>::extension_request_serialized(
                    &mut self.staging,
                    core,
                    &mut own.staging,
                    request,
                    resources,
                )
            };
        }
        match (backend, extension) {
            (Backend::Pins, Extension::Auth) => {
                self.pins
                    .extension_request_serialized(core, &mut own.pins, request, resources)
            }
            (Backend::Staging, Extension::Chunked) => staged!(ChunkedExtension),
            (Backend::Staging, Extension::Hpke) => staged!(HpkeExtension),
            (Backend::Staging, Extension::WrapKeyToFile) => staged!(WrapKeyToFileExtension),
            _ => Err(Error::RequestNotAvailable),
        }
    }
}

macro_rules! numbered {
    ($($extension:ty => $number:ident),* $(,)?) => {$(
        impl ExtensionId<$extension> for Backends {
            type Id = Extension;
            const ID: Extension = Extension::$number;
        }
    )*};
}

numbered! {
    AuthExtension => Auth,
    ChunkedExtension => Chunked,
    HpkeExtension => Hpke,
    WrapKeyToFileExtension => WrapKeyToFile,
}

// Node 18 (Debian 12) keeps what every browser has at hand in a module of its own.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;

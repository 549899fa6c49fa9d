#pragma once

// The public key (ECDSA P-256, PEM) that signs updates over the air. Empty: none are taken. See README.md, Updates.
static const char kUpdateKey[] = "";

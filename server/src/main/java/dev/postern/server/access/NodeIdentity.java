package dev.postern.server.access;

import java.security.PublicKey;

/** A registered node and the key that its signatures are verified with. */
public record NodeIdentity(Caller.NodeKey caller, PublicKey publicKey) {}

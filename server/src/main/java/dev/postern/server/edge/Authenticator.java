package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.sigv4.BodyHash;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.sigv4.RequestSignature;
import dev.postern.server.access.Caller;
import dev.postern.server.access.CallerKey;
import dev.postern.server.access.Keyring;
import dev.postern.server.access.NodeIdentity;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.service.Service;
import dev.postern.server.store.KeyUse;
import dev.postern.server.store.KeyUses;
import java.util.Optional;

/** Finds out who sent a request. Safe for use by many threads. */
final class Authenticator {
  private final Keyring keyring;
  private final String region;
  private final KeyUses keyUses;
  private final SignatureThrottle throttle = new SignatureThrottle();

  Authenticator(Keyring keyring, String region, KeyUses keyUses) {
    this.keyring = keyring;
    this.region = region;
    this.keyUses = keyUses;
  }

  Authenticated authenticate(Arrival arrival, Service service, Proof proof, Protocol protocol) {
    if (proof == Proof.NONE || proof == Proof.WEB_IDENTITY) {
      return new Authenticated.Proven(new Caller.Anonymous());
    }
    RequestSignature signature;
    try {
      signature = RequestSignature.parse(arrival.signed(), protocol);
    } catch (Fault fault) {
      return new Authenticated.Refused(fault, Optional.empty());
    }
    if (signature == null) {
      return new Authenticated.Refused(RequestSignature.missing(protocol), Optional.empty());
    }
    String keyId = signature.accessKeyId();
    try {
      throttle.require(keyId, arrival.sourceAddress(), arrival.now());
    } catch (Fault fault) {
      // Whose key it is, is not looked up: nobody can fill the audit trail under another's name.
      return new Authenticated.Refused(fault, Optional.empty());
    }
    try {
      if (!service.global()) {
        signature.requireRegion(region);
      }
      Caller caller = verify(arrival, signature, service, proof);
      throttle.proven(keyId, arrival.sourceAddress(), arrival.now());
      noteUse(caller, keyId, new KeyUse(arrival.now(), service.name(), region));
      return new Authenticated.Proven(caller);
    } catch (Fault fault) {
      throttle.failed(keyId, arrival.sourceAddress(), fault, arrival.now());
      return new Authenticated.Refused(fault, claimed(signature, proof));
    }
  }

  private void noteUse(Caller caller, String keyId, KeyUse use) {
    switch (caller) {
      case Caller.User _ -> keyUses.note(keyId, use);
      case Caller.RoleSession session -> keyUses.noteRole(session.roleName(), use);
      case Caller.NodeKey _, Caller.Anonymous _ -> {
        // Neither has a key of IAM's.
      }
    }
  }

  private Caller verify(Arrival arrival, RequestSignature signature, Service service, Proof proof) {
    String bodyHash = BodyHash.of(arrival.call().body());
    if (proof != Proof.NODE_KEY) {
      CallerKey key = signature.verify(service.name(), keyring, bodyHash, arrival.now());
      return key.caller();
    }
    Optional<NodeIdentity> node = keyring.node(signature.accessKeyId());
    if (node.isEmpty()) {
      throw new Fault(
          "UnrecognizedClientException",
          400,
          "The security token included in the request is invalid.");
    }
    NodeSignature.verify(signature, node.get().publicKey(), bodyHash, arrival.now());
    return node.get().caller();
  }

  private Optional<Caller> claimed(RequestSignature signature, Proof proof) {
    String id = signature.accessKeyId();
    if (proof == Proof.NODE_KEY) {
      return keyring.node(id).map(NodeIdentity::caller);
    }
    return Optional.ofNullable(keyring.find(id)).map(CallerKey::caller);
  }
}

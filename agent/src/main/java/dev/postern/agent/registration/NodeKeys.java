package dev.postern.agent.registration;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;

/** Makes the keys that a node proves itself with (spec/agent-service.md 1.2). */
final class NodeKeys {
  /** How the API calls this kind of key. */
  static final String TYPE = "Rsa";

  private static final int MODULUS_BITS = 2048;

  private NodeKeys() {}

  static KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(MODULUS_BITS);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException("every JDK has RSA", absent);
    }
  }
}

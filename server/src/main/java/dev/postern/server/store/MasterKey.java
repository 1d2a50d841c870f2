package dev.postern.server.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key under which secrets lie in the database: AES-256-GCM. Immutable, safe for use by many
 * threads.
 *
 * <p>A sealed secret names the key that sealed it, so that a second key can be introduced later:
 *
 * <pre>
 *   offset  length  content
 *        0       1  version, 1
 *        1       4  id of the key: the first bytes of a hash of it
 *        5      12  nonce
 *       17     n+16  ciphertext and tag; additional data is the context
 * </pre>
 *
 * <p>The context says what the secret is for, so that a sealed secret moved to another row does not
 * open there.
 */
public final class MasterKey {
  private static final int KEY_BYTES = 32;
  private static final byte VERSION = 1;
  private static final int ID_BYTES = 4;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int HEADER_BYTES = 1 + ID_BYTES + NONCE_BYTES;

  private final SecretKeySpec key;
  private final byte[] id;
  private final RandomGenerator random;

  private MasterKey(byte[] key, RandomGenerator random) {
    this.key = new SecretKeySpec(key, "AES");
    this.random = random;
    MessageDigest digest = Hashes.sha256();
    digest.update("postern master key id".getBytes(StandardCharsets.US_ASCII));
    this.id = Arrays.copyOf(digest.digest(key), ID_BYTES);
  }

  /** A key given as base64 of 32 bytes, as the environment and the file spell it. */
  public static MasterKey parse(String base64, RandomGenerator random) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64.strip());
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException("the master key is not base64 of 32 bytes", malformed);
    }
    if (bytes.length != KEY_BYTES) {
      throw new IllegalArgumentException("the master key is not base64 of 32 bytes");
    }
    return new MasterKey(bytes, random);
  }

  /** A new key, already on disk with mode 0600 when this returns. */
  public static MasterKey create(Path file, RandomGenerator random) throws IOException {
    if (Files.exists(file)) {
      throw new IllegalStateException(file + " exists");
    }
    byte[] bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    String text = Base64.getEncoder().encodeToString(bytes) + "\n";
    PrivateFile.write(file, text.getBytes(StandardCharsets.US_ASCII));
    return new MasterKey(bytes, random);
  }

  /** The key of a file, which nobody but its owner may be able to read. */
  public static MasterKey read(Path file, RandomGenerator random) throws IOException {
    if (PrivateFile.isOpenToOthers(file)) {
      throw new StoreException(
          file + " can be read by others than its owner; chmod 600 it, if nobody has read it");
    }
    try {
      return parse(Files.readString(file), random);
    } catch (IllegalArgumentException malformed) {
      throw new StoreException(file + " does not hold a master key", malformed);
    }
  }

  /**
   * A secret of 32 bytes for one purpose, the same after each start. It tells nothing about the
   * master key or about the secrets for other purposes.
   */
  public byte[] derive(String purpose) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getEncoded(), "HmacSHA256"));
      return mac.doFinal(("postern derived key: " + purpose).getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java platform has HmacSHA256", impossible);
    }
  }

  byte[] seal(byte[] secret, String context) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] ciphertext = run(Cipher.ENCRYPT_MODE, nonce, context, ByteBuffer.wrap(secret));
    return ByteBuffer.allocate(HEADER_BYTES + ciphertext.length)
        .put(VERSION)
        .put(id)
        .put(nonce)
        .put(ciphertext)
        .array();
  }

  byte[] open(byte[] sealed, String context) {
    ByteBuffer bytes = ByteBuffer.wrap(sealed);
    if (sealed.length < HEADER_BYTES + TAG_BITS / Byte.SIZE || bytes.get() != VERSION) {
      throw new StoreException("a secret in the database has a form that this program cannot read");
    }
    byte[] sealer = new byte[ID_BYTES];
    bytes.get(sealer);
    if (!Arrays.equals(sealer, id)) {
      throw new StoreException("the master key is not the one that this database was made with");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    bytes.get(nonce);
    return run(Cipher.DECRYPT_MODE, nonce, context, bytes);
  }

  private byte[] run(int mode, byte[] nonce, String context, ByteBuffer input) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
      byte[] bytes = new byte[input.remaining()];
      input.get(bytes);
      return cipher.doFinal(bytes);
    } catch (GeneralSecurityException failure) {
      // The cause tells nothing more, and must never carry plaintext into a log.
      throw new StoreException("a secret in the database is damaged", failure);
    }
  }

  @Override
  public String toString() {
    return "MasterKey[]";
  }
}

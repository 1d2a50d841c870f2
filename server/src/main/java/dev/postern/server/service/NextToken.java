package dev.postern.server.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.Fault;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Page tokens that need no memory: the last key of a page, sealed together with the operation and
 * the filters, so that a token is refused where it was not made. Safe for use by many threads.
 */
public final class NextToken {
  private static final int MAC_BYTES = 16;
  private static final int TOKEN_LENGTH_MAX = 1024;

  private final SecretKeySpec key;

  /**
   * Seals with a key.
   *
   * @param key 32 secret bytes that outlive a restart, so that a client may go on paging
   */
  public NextToken(byte[] key) {
    this.key = new SecretKeySpec(key, "HmacSHA256");
  }

  /**
   * The token of the page after a row.
   *
   * @param query the operation and everything that selects its rows, in a fixed form
   * @param last where the next page starts after
   */
  public String seal(String query, String last) {
    byte[] text = last.getBytes(UTF_8);
    byte[] sealed = Arrays.copyOf(mac(query, text), MAC_BYTES + text.length);
    System.arraycopy(text, 0, sealed, MAC_BYTES, text.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
  }

  /**
   * The place where a page starts after; empty for the first page.
   *
   * @throws Fault {@code InvalidNextToken} when it was not made for this query
   */
  public Optional<String> open(String query, @Nullable String token) {
    if (token == null || token.isEmpty()) {
      return Optional.empty();
    }
    byte[] sealed = decode(token);
    if (sealed.length >= MAC_BYTES) {
      byte[] text = Arrays.copyOfRange(sealed, MAC_BYTES, sealed.length);
      if (MessageDigest.isEqual(mac(query, text), Arrays.copyOf(sealed, MAC_BYTES))) {
        return Optional.of(new String(text, UTF_8));
      }
    }
    throw new Fault("InvalidNextToken", 400, "The specified token isn't valid.");
  }

  private static byte[] decode(String token) {
    if (token.length() > TOKEN_LENGTH_MAX) {
      return new byte[0];
    }
    try {
      return Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException notBase64) {
      return new byte[0];
    }
  }

  private byte[] mac(String query, byte[] text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(query.getBytes(UTF_8));
      mac.update((byte) 0);
      return Arrays.copyOf(mac.doFinal(text), MAC_BYTES);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every JDK has HmacSHA256", missing);
    }
  }
}

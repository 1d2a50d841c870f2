package dev.postern.server.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.json.Json;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.Verdict;
import dev.postern.server.store.Store;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Why a call was refused, as text that tells the refused caller nothing: sealed under a key of this
 * server, and read again by who may call {@code sts:DecodeAuthorizationMessage}. Safe for use by
 * many threads.
 */
public final class AuthorizationMessages {
  /** Of an encoded message: what {@code DecodeAuthorizationMessage} takes. */
  public static final int ENCODED_CHARACTERS_MAX = 10_240;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int PLAIN_BYTES_MAX = 64 * 1024;
  private static final int BUFFER_BYTES = 1024;

  private final SecretKeySpec key;
  private final SecretKeySpec nonceKey;

  /**
   * Seals with keys that outlive a restart.
   *
   * @param key 32 secret bytes
   * @param nonceKey 32 other secret bytes
   */
  AuthorizationMessages(byte[] key, byte[] nonceKey) {
    this.key = new SecretKeySpec(key, "AES");
    this.nonceKey = new SecretKeySpec(nonceKey, "HmacSHA256");
  }

  /** With the keys of this server. */
  public static AuthorizationMessages of(Store store) {
    return new AuthorizationMessages(
        store.secret("authorization messages"), store.secret("nonces of authorization messages"));
  }

  /**
   * The sealed message of a refusal.
   *
   * @param requestId never the same twice
   */
  public String encode(String requestId, Caller caller, Decision.Denied denied) {
    String full = seal(requestId, Json.writeString(message(caller, denied, true)));
    return full.length() <= ENCODED_CHARACTERS_MAX
        ? full
        : seal(requestId + " short", Json.writeString(message(caller, denied, false)));
  }

  private String seal(String unique, String text) {
    byte[] nonce = Arrays.copyOf(mac(unique), NONCE_BYTES);
    byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, deflate(text.getBytes(UTF_8))).orElseThrow();
    byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
    System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  /** The JSON text of a message; empty when this server did not encode it. */
  public Optional<String> decode(String encoded) {
    byte[] all;
    try {
      all = Base64.getUrlDecoder().decode(encoded);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
    if (all.length <= NONCE_BYTES) {
      return Optional.empty();
    }
    return cipher(
            Cipher.DECRYPT_MODE,
            Arrays.copyOf(all, NONCE_BYTES),
            Arrays.copyOfRange(all, NONCE_BYTES, all.length))
        .map(plain -> new String(inflate(plain), UTF_8));
  }

  private byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(nonceKey);
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java platform has HmacSHA256", impossible);
    }
  }

  private Optional<byte[]> cipher(int mode, byte[] nonce, byte[] input) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      return Optional.of(cipher.doFinal(input));
    } catch (AEADBadTagException _) {
      return Optional.empty();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java platform has AES-GCM", impossible);
    }
  }

  private static byte[] deflate(byte[] bytes) {
    try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true)) {
      deflater.setInput(bytes);
      deflater.finish();
      var out = new ByteArrayOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    }
  }

  /** Of bytes that this server sealed, so that they are what it deflated. */
  private static byte[] inflate(byte[] bytes) {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(bytes);
      var out = new ByteArrayOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      while (!inflater.finished() && out.size() < PLAIN_BYTES_MAX) {
        int count = inflater.inflate(buffer);
        if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          break;
        }
        out.write(buffer, 0, count);
      }
      return out.toByteArray();
    } catch (DataFormatException impossible) {
      throw new IllegalStateException("a sealed message is damaged", impossible);
    }
  }

  /** In the form that AWS's messages have. */
  private static Map<String, Object> message(
      Caller caller, Decision.Denied denied, boolean conditions) {
    var principal = new LinkedHashMap<String, Object>();
    principal.put("id", caller.userId());
    principal.put("name", caller.sessionName());
    principal.put("arn", caller.arn());
    var context = new LinkedHashMap<String, Object>();
    context.put("principal", principal);
    context.put("action", denied.action());
    context.put("resource", denied.resource());
    context.put(
        "conditions", items(conditions ? conditions(denied.request().context()) : List.of()));
    var message = new LinkedHashMap<String, Object>();
    message.put("allowed", false);
    message.put("explicitDeny", denied.explicit());
    message.put("matchedStatements", items(statements(denied.verdict(), conditions)));
    message.put("failures", items(List.of()));
    message.put("context", context);
    return message;
  }

  private static List<?> statements(Verdict verdict, boolean texts) {
    if (!(verdict instanceof Verdict.ExplicitDeny(Verdict.Match match))) {
      return List.of();
    }
    var statement = new LinkedHashMap<String, Object>();
    match.statement().sid().ifPresent(sid -> statement.put("statementId", sid));
    statement.put("effect", "DENY");
    statement.put("policy", match.policy().sourceId());
    if (texts) {
      statement.put("statement", match.statement().text());
    }
    return List.of(statement);
  }

  private static List<?> conditions(RequestContext context) {
    List<Object> conditions = new ArrayList<>();
    for (String name : context.names()) {
      var condition = new LinkedHashMap<String, Object>();
      condition.put("key", name);
      condition.put(
          "values",
          items(context.values(name).stream().map(value -> Map.of("value", value)).toList()));
      conditions.add(condition);
    }
    return conditions;
  }

  private static Map<String, Object> items(List<?> items) {
    return Map.of("items", items);
  }
}

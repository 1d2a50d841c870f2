package dev.postern.aws.sigv4;

import dev.postern.aws.Fault;
import dev.postern.aws.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

/**
 * How a node signs before it has credentials: SigV4's header and string to sign, with the node's id
 * in the place of the access key and RSASSA-PSS in the place of the HMAC (spec agent-service 1.3).
 */
public final class NodeSignature {
  /** Bits of a modulus that we accept. */
  public static final int MODULUS_BITS_MIN = 2048;

  public static final int MODULUS_BITS_MAX = 8192;

  private static final String SERVICE = "ssm";
  private static final PSSParameterSpec PSS =
      new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

  private NodeSignature() {}

  /** The request with the headers of its signature. */
  public static HttpRequest sign(
      HttpRequest request, String nodeId, PrivateKey key, String region, Instant time) {
    return RequestSigner.signWith(
        request,
        nodeId,
        RequestSigner.scope(time, region, SERVICE),
        time,
        (_, text) -> signature(key, text));
  }

  private static String signature(PrivateKey key, String text) {
    try {
      Signature signature = Signature.getInstance("RSASSA-PSS");
      signature.setParameter(PSS);
      signature.initSign(key);
      signature.update(text.getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (InvalidKeyException notRsa) {
      throw new IllegalArgumentException("not an RSA key", notRsa);
    } catch (GeneralSecurityException absent) {
      throw new IllegalStateException("every JDK has RSASSA-PSS", absent);
    }
  }

  /**
   * Decides on everything but the node: the service, the time, what is signed, the signature.
   *
   * @param key of the node that {@link RequestSignature#accessKeyId} names
   * @param bodySha256 {@link BodyHash} of the body
   * @throws Fault when it does not hold
   */
  public static void verify(
      RequestSignature signature, PublicKey key, String bodySha256, Instant now) {
    signature.requireService(SERVICE);
    signature.requireTime(now);
    signature.requireSigned();
    signature.requireBody(bodySha256);
    String text = signature.stringToSign(signature.canonicalRequest(bodySha256));
    if (!signature.isNodeSignature() || !holds(key, text, signature.signature())) {
      throw signature.mismatch();
    }
  }

  private static boolean holds(PublicKey key, String text, String base64) {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      Signature signature = Signature.getInstance("RSASSA-PSS");
      signature.setParameter(PSS);
      signature.initVerify(key);
      signature.update(text.getBytes(StandardCharsets.ISO_8859_1));
      return signature.verify(bytes);
    } catch (IllegalArgumentException | SignatureException notASignature) {
      return false;
    } catch (InvalidKeyException notRsa) {
      throw new IllegalArgumentException("not an RSA key", notRsa);
    } catch (GeneralSecurityException absent) {
      throw new IllegalStateException("every JDK has RSASSA-PSS", absent);
    }
  }

  /** The form in which a node sends its public key: base64 of the SubjectPublicKeyInfo. */
  public static String encode(PublicKey key) {
    return Base64.getEncoder().encodeToString(key.getEncoded());
  }

  /**
   * Reads what {@link #encode} writes.
   *
   * @throws IllegalArgumentException when it is no RSA key of an acceptable size
   */
  public static PublicKey parsePublicKey(String base64) {
    try {
      byte[] encoded = Base64.getDecoder().decode(base64);
      PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded));
      int bits = ((RSAKey) key).getModulus().bitLength();
      boolean oddExponent = ((RSAPublicKey) key).getPublicExponent().testBit(0);
      if (bits < MODULUS_BITS_MIN || bits > MODULUS_BITS_MAX || !oddExponent) {
        throw new IllegalArgumentException("an RSA key of an unacceptable size");
      }
      return key;
    } catch (InvalidKeySpecException notAKey) {
      throw new IllegalArgumentException("not an RSA public key", notAKey);
    } catch (GeneralSecurityException absent) {
      throw new IllegalStateException("every JDK has RSA", absent);
    }
  }
}

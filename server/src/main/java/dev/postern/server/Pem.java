package dev.postern.server;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.bouncycastle.util.io.pem.PemWriter;

/** Certificates and keys as text. */
final class Pem {
  private Pem() {}

  static String write(X509Certificate certificate) {
    try {
      return write(new JcaMiscPEMGenerator(certificate));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** PKCS #8, unencrypted. */
  static String write(PrivateKey key) {
    try {
      return write(new JcaPKCS8Generator(key, null));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String write(PemObjectGenerator object) throws IOException {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  /** The certificates of a file, at least one. */
  static List<X509Certificate> readCertificates(Path file) {
    List<X509Certificate> certificates = new ArrayList<>();
    JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
    for (Object object : read(file)) {
      if (object instanceof X509CertificateHolder holder) {
        try {
          certificates.add(converter.getCertificate(holder));
        } catch (GeneralSecurityException malformed) {
          throw new StartFailure(file + " holds a malformed certificate", malformed);
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new StartFailure(file + " holds no PEM certificate");
    }
    return certificates;
  }

  /** The private key of a file: RSA or EC, in PKCS #8 or the older form of its kind. */
  static PrivateKey readKey(Path file) {
    for (Object object : read(file)) {
      if (object instanceof PrivateKeyInfo key) {
        return key(file, key);
      }
      if (object instanceof PEMKeyPair pair) {
        return key(file, pair.getPrivateKeyInfo());
      }
    }
    throw new StartFailure(file + " holds no unencrypted PEM private key");
  }

  private static PrivateKey key(Path file, PrivateKeyInfo key) {
    ASN1ObjectIdentifier kind = key.getPrivateKeyAlgorithm().getAlgorithm();
    String algorithm;
    if (kind.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      algorithm = "RSA";
    } else if (kind.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      algorithm = "EC";
    } else {
      throw new StartFailure(file + " holds a key that is neither RSA nor EC");
    }
    try {
      return KeyFactory.getInstance(algorithm)
          .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
    } catch (IOException | GeneralSecurityException malformed) {
      // No cause: what a parser says about a key stays out of logs.
      throw new StartFailure(file + " holds a private key that cannot be read");
    }
  }

  private static List<Object> read(Path file) {
    List<Object> objects = new ArrayList<>();
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException failure) {
      throw new StartFailure("cannot read " + file + ": " + DataDirectory.reason(failure), failure);
    }
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
        objects.add(object);
      }
      return objects;
    } catch (IOException | RuntimeException malformed) {
      throw new StartFailure(file + " is not a well-formed PEM file");
    }
  }

  /** Whether the key is the certificate's: what it signs, the certificate verifies. */
  static boolean match(X509Certificate certificate, PrivateKey key) {
    String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      byte[] proof = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      return signature.verify(proof);
    } catch (GeneralSecurityException mismatch) {
      return false;
    }
  }
}

package dev.postern.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/**
 * The certificates of a PEM file (RFC 7468), whatever else stands between them. Of each only its
 * subject is read before it is needed: a bundle has some 150, a connection needs one, and reading
 * all of them is a good part of a short program's start. Immutable.
 */
final class CertificateBundle {
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  private final List<UnreadCertificate> certificates;

  private CertificateBundle(List<UnreadCertificate> certificates) {
    this.certificates = List.copyOf(certificates);
  }

  /**
   * Takes in a file.
   *
   * @throws CertificateException when there is none or one is cut or no certificate; the message
   *     says which
   */
  static CertificateBundle parse(byte[] pem) throws CertificateException {
    String text = new String(pem, ISO_8859_1);
    List<UnreadCertificate> certificates = new ArrayList<>();
    for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin)) {
      int end = text.indexOf(END, begin);
      int number = certificates.size() + 1;
      if (end < 0) {
        throw new CertificateException("certificate " + number + " has no end line");
      }
      try {
        certificates.add(
            UnreadCertificate.of(
                number,
                Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end))));
      } catch (BufferUnderflowException | IllegalArgumentException e) {
        throw new CertificateException("certificate " + number + " is broken", e);
      }
      begin = end;
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("holds no PEM certificate");
    }
    return new CertificateBundle(certificates);
  }

  /**
   * Those that have the name of one of the chain's certificates or of their issuers, as it is
   * written there. What could verify the chain is among them, unless the same name is written in
   * another way.
   */
  List<UnreadCertificate> namedIn(X509Certificate[] chain) {
    Set<ByteBuffer> names = new HashSet<>();
    for (X509Certificate each : chain) {
      Stream.of(each.getSubjectX500Principal(), each.getIssuerX500Principal())
          .map(X500Principal::getEncoded)
          .map(ByteBuffer::wrap)
          .forEach(names::add);
    }
    return certificates.stream().filter(each -> names.contains(each.subject())).toList();
  }

  /** All of them, in their order. */
  List<UnreadCertificate> all() {
    return certificates;
  }
}

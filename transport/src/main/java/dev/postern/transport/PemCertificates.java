package dev.postern.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The certificates of a PEM file (RFC 7468), whatever else stands between them. */
final class PemCertificates {
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  private PemCertificates() {}

  /**
   * All certificates in order.
   *
   * @throws CertificateException when there is none or one is broken; the message says which
   */
  static List<X509Certificate> parse(byte[] pem) throws CertificateException {
    String text = new String(pem, ISO_8859_1);
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin)) {
      int end = text.indexOf(END, begin);
      int number = certificates.size() + 1;
      if (end < 0) {
        throw new CertificateException("certificate " + number + " has no end line");
      }
      try {
        byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
        certificates.add(
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
      } catch (CertificateException | IllegalArgumentException e) {
        throw new CertificateException("certificate " + number + " is broken", e);
      }
      begin = end;
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("holds no PEM certificate");
    }
    return certificates;
  }
}

package dev.postern.transport;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes what one of two trust managers believes, asking the second only when the first refuses.
 * Safe for use by many threads.
 */
final class EitherTrustManager extends ServerTrustManager {
  private final X509ExtendedTrustManager first;
  private final X509ExtendedTrustManager second;

  EitherTrustManager(X509ExtendedTrustManager first, X509ExtendedTrustManager second) {
    this.first = first;
    this.second = second;
  }

  @Override
  void check(X509Certificate[] chain, Check check) throws CertificateException {
    try {
      check.by(first);
    } catch (CertificateException refusal) {
      try {
        check.by(second);
      } catch (CertificateException secondRefusal) {
        // Who knows the issuer knows better what is wrong with the certificate.
        CertificateException better = issuerUnknown(refusal) ? secondRefusal : refusal;
        better.addSuppressed(issuerUnknown(refusal) ? refusal : secondRefusal);
        throw better;
      }
    }
  }

  private static boolean issuerUnknown(CertificateException refusal) {
    return Stream.iterate((Throwable) refusal, cause -> cause != null, Throwable::getCause)
        .anyMatch(cause -> cause instanceof CertPathBuilderException);
  }
}

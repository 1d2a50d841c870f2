package dev.postern.transport;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Says in one line for people why a TLS handshake failed. */
final class CertificateRefusal {
  private CertificateRefusal() {}

  static SSLException explain(Target target, SSLException cause) {
    String why = reason(cause);
    if (why == null) {
      return new SSLException("TLS with " + target + " failed: " + cause.getMessage(), cause);
    }
    SSLException explained =
        new SSLHandshakeException("the certificate of " + target + " is not trusted: " + why);
    explained.initCause(cause);
    return explained;
  }

  private static @Nullable String reason(Throwable failure) {
    String text = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case CertPathBuilderException _ -> {
          return "no certificate authority that is trusted here has issued it";
        }
        case CertificateExpiredException _ -> {
          return "it has expired";
        }
        case CertificateNotYetValidException _ -> {
          return "it is not valid yet (is this machine's clock right?)";
        }
        case CertPathValidatorException invalid
            when invalid.getReason() == BasicReason.INVALID_SIGNATURE -> {
          return "its issuer only has the same name as an authority that is trusted here";
        }
        case CertificateException _ -> text = cause.getMessage();
        default -> {
          // The interesting exceptions lie deeper.
        }
      }
    }
    return text;
  }
}

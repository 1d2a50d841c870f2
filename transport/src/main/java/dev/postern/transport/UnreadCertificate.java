package dev.postern.transport;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * A certificate (RFC 5280 4.1) of which the subject alone was looked for.
 *
 * @param number its place in the file, from 1
 * @param der all of it
 * @param subject the encoding of the subject's name; not to be moved
 */
record UnreadCertificate(int number, byte[] der, ByteBuffer subject) {
  private static final int SEQUENCE = 0x30;
  private static final int VERSION = 0xa0;
  private static final int LONG_FORM = 0x80;
  private static final int LENGTH_BYTES_MAX = 3;

  /**
   * Finds the subject.
   *
   * @throws IllegalArgumentException when this cannot be a certificate
   * @throws java.nio.BufferUnderflowException when it ends too early
   */
  static UnreadCertificate of(int number, byte[] der) {
    ByteBuffer file = ByteBuffer.wrap(der);
    ByteBuffer certificate = element(file);
    if (file.hasRemaining()) {
      throw new IllegalArgumentException("something follows the certificate");
    }
    ByteBuffer fields = content(content(certificate));
    if ((fields.duplicate().get() & 0xff) == VERSION) {
      element(fields);
    }
    element(fields); // serial number
    element(fields); // algorithm
    element(fields); // issuer
    element(fields); // validity
    return new UnreadCertificate(number, der, element(fields));
  }

  /** The next element with its header; the buffer is then behind it. */
  private static ByteBuffer element(ByteBuffer buffer) {
    int begin = buffer.position();
    buffer.get();
    int length = length(buffer);
    if (length > buffer.remaining()) {
      throw new IllegalArgumentException("an element is longer than what it is in");
    }
    int end = buffer.position() + length;
    buffer.position(end);
    return buffer.slice(begin, end - begin);
  }

  /** What is in a sequence. */
  private static ByteBuffer content(ByteBuffer sequence) {
    ByteBuffer whole = element(sequence);
    if ((whole.get() & 0xff) != SEQUENCE) {
      throw new IllegalArgumentException("no sequence");
    }
    length(whole);
    return whole.slice();
  }

  private static int length(ByteBuffer buffer) {
    int first = buffer.get() & 0xff;
    if (first < LONG_FORM) {
      return first;
    }
    int bytes = first - LONG_FORM;
    if (bytes == 0 || bytes > LENGTH_BYTES_MAX) {
      throw new IllegalArgumentException("a length of " + bytes + " bytes");
    }
    int length = 0;
    for (int i = 0; i < bytes; i++) {
      length = length << 8 | (buffer.get() & 0xff);
    }
    return length;
  }

  /**
   * Reads all of it.
   *
   * @throws CertificateException when it is broken; the message says which
   */
  X509Certificate read() throws CertificateException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new CertificateException("certificate " + number + " is broken: " + e.getMessage(), e);
    }
  }
}

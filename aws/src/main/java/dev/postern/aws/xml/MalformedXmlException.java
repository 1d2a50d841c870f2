package dev.postern.aws.xml;

/** A peer sent bytes that are not the simple XML which {@link XmlElement} reads. */
public final class MalformedXmlException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedXmlException(String message) {
    super(message);
  }
}

package dev.postern.server.service.iam;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** A text as a QR code in a PNG image of one bit per pixel (PNG specification, section 5). */
final class QrCode {
  /** Width and height; somewhat more when the text needs it. */
  private static final int PIXELS_MIN = 300;

  private static final long SIGNATURE = 0x89504e470d0a1a0aL;
  private static final int HEADER_BYTES = 13;
  private static final byte BIT_DEPTH = 1;
  private static final byte NO_FILTER = 0;

  private QrCode() {}

  static byte[] png(String text) {
    try {
      return png(new QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, PIXELS_MIN, PIXELS_MIN));
    } catch (WriterException tooLong) {
      throw new IllegalArgumentException("the text does not fit a QR code", tooLong);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static byte[] png(BitMatrix modules) throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    DataOutputStream output = new DataOutputStream(image);
    output.writeLong(SIGNATURE);
    // Greyscale; the usual and only methods of compression and filtering, not interlaced.
    byte[] header =
        ByteBuffer.allocate(HEADER_BYTES)
            .putInt(modules.getWidth())
            .putInt(modules.getHeight())
            .put(BIT_DEPTH)
            .array();
    chunk(output, "IHDR", header);
    chunk(output, "IDAT", pixels(modules));
    chunk(output, "IEND", new byte[0]);
    return image.toByteArray();
  }

  private static void chunk(DataOutputStream output, String type, byte[] content)
      throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(content);
    output.writeInt(content.length);
    output.write(name);
    output.write(content);
    output.writeInt((int) checksum.getValue());
  }

  /** Rows from the top, each a filter and then its pixels; light ones are ones. */
  private static byte[] pixels(BitMatrix modules) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (DeflaterOutputStream rows = new DeflaterOutputStream(compressed)) {
      for (int y = 0; y < modules.getHeight(); y++) {
        byte[] row = new byte[(modules.getWidth() + Byte.SIZE - 1) / Byte.SIZE];
        for (int x = 0; x < modules.getWidth(); x++) {
          if (!modules.get(x, y)) {
            row[x / Byte.SIZE] |= (byte) (1 << (Byte.SIZE - 1 - x % Byte.SIZE));
          }
        }
        rows.write(NO_FILTER);
        rows.write(row);
      }
    }
    return compressed.toByteArray();
  }
}

package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QrCodeTest {
  /** Up to what the longest name and seed need. */
  @ParameterizedTest
  @ValueSource(ints = {1, 64, 130, 400})
  void imageReadsAsTheText(int characters) throws Exception {
    String text = "otpauth://totp/" + "x".repeat(characters);

    BufferedImage image = ImageIO.read(new ByteArrayInputStream(QrCode.png(text)));

    int width = image.getWidth();
    int height = image.getHeight();
    assertThat(width).isEqualTo(height).isGreaterThanOrEqualTo(300);
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    var bitmap =
        new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(width, height, pixels)));
    assertThat(new QRCodeReader().decode(bitmap).getText()).isEqualTo(text);
  }
}

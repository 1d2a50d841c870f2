package dev.postern.client.login;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The desktop's own way to open a page: {@code open} or {@code xdg-open}. */
public final class Browser {
  /** Without any of these xdg-open would start a browser for text on the terminal. */
  private static final List<String> DISPLAYS = List.of("DISPLAY", "WAYLAND_DISPLAY", "BROWSER");

  private Browser() {}

  /** Opens a page, not waiting for it; false when there is no way to. */
  public static boolean open(URI page, Map<String, String> environment) {
    boolean mac = System.getProperty("os.name", "").startsWith("Mac");
    boolean display =
        DISPLAYS.stream().anyMatch(name -> !environment.getOrDefault(name, "").isEmpty());
    String program = mac ? "open" : "xdg-open";
    if (!(mac || display) || !isOnPath(program, environment)) {
      return false;
    }
    try {
      Process started =
          new ProcessBuilder(program, page.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      started.getOutputStream().close();
      return true;
    } catch (IOException _) {
      // The address has been printed: the person opens it.
      return false;
    }
  }

  private static boolean isOnPath(String program, Map<String, String> environment) {
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}

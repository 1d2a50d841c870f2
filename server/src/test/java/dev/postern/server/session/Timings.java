package dev.postern.server.session;

import java.time.Duration;
import java.util.function.Consumer;

/** Options with single times changed. */
final class Timings {
  Duration resumeWindow = TestGateway.OPTIONS.resumeWindow();
  Duration clientAttachMax = TestGateway.OPTIONS.clientAttachMax();
  Duration openMax = TestGateway.TIMING.openMax();
  Duration startMax = TestGateway.TIMING.startMax();
  Duration graceMax = TestGateway.TIMING.graceMax();
  Duration drainIdleMax = TestGateway.TIMING.drainIdleMax();
  Duration pingEvery = TestGateway.TIMING.pingEvery();
  Duration silenceMax = TestGateway.TIMING.silenceMax();
  Duration busySilenceMax = TestGateway.TIMING.busySilenceMax();
  Duration controlSilenceMax = TestGateway.TIMING.controlSilenceMax();

  static GatewayOptions of(Consumer<Timings> change) {
    Timings timings = new Timings();
    change.accept(timings);
    return timings.options();
  }

  private GatewayOptions options() {
    GatewayOptions.Timing rest = TestGateway.TIMING;
    return new GatewayOptions(
        resumeWindow,
        clientAttachMax,
        new GatewayOptions.Timing(
            openMax,
            startMax,
            graceMax,
            drainIdleMax,
            rest.terminateDrainMax(),
            rest.lastOutputMax(),
            rest.tick(),
            pingEvery,
            silenceMax,
            busySilenceMax,
            controlSilenceMax));
  }
}

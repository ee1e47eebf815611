/* In the browser: draws with uPlot what panels/lines.ts has laid out. */
for (const element of document.querySelectorAll('[data-chart]')) {
  const chart = JSON.parse(element.dataset.chart);
  const rgba = (hex, opacity) =>
    hex +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, '0');
  const axis = { stroke: '#9d9dab', grid: { stroke: '#2c2f36', width: 1 }, ticks: { show: false } };
  const longest = Math.max(...chart.ticks.map(({ text }) => text.length));
  const draw = (plot) => {
    const { left, top, width, height } = plot.bbox;
    const { ctx } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.lineWidth = 1;
    ctx.globalAlpha = 0.7;
    const line = (color, dash, ...[x1, y1, x2, y2]) => {
      ctx.strokeStyle = color;
      ctx.setLineDash(dash);
      ctx.beginPath();
      ctx.moveTo(x1, y1);
      ctx.lineTo(x2, y2);
      ctx.stroke();
    };
    for (const { value, color } of chart.limits) {
      const y = plot.valToPos(value, 'y', true);
      line(color, [8, 6], left, y, left + width, y);
    }
    for (const { time, color } of chart.marks) {
      const x = plot.valToPos(time, 'x', true);
      line(color, [3, 3], x, top, x, top + height);
    }
    ctx.restore();
  };
  // Of a line only the points that have no neighbours are drawn.
  const alone = (plot, index) => {
    const values = plot.data[index];
    return values.flatMap((value, at) =>
      value !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null
        ? [at]
        : [],
    );
  };
  // The first series lies on top, and at the bottom of a stack.
  const lines = [...chart.lines].reverse();
  new window.uPlot(
    {
      width: chart.width,
      height: chart.height,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: [chart.from, chart.to] },
        y: { range: [chart.ticks[0].value, chart.ticks.at(-1).value] },
      },
      axes: [
        {
          ...axis,
          font: '11px sans-serif',
          size: 26,
          space: 80,
          values: (_plot, times) =>
            times.map((time) => new Date(time * 1000).toISOString().slice(11, 19)),
        },
        {
          ...axis,
          font: '11px sans-serif',
          size: 16 + 7 * longest,
          splits: () => chart.ticks.map(({ value }) => value),
          values: () => chart.ticks.map(({ text }) => text),
        },
      ],
      series: [
        {},
        ...lines.map(({ color, fill, width, dash, points, bars }) => ({
          stroke: color,
          width: points ? 0 : width,
          dash,
          ...(fill > 0 ? { fill: rgba(color, fill) } : {}),
          ...(bars ? { paths: window.uPlot.paths.bars() } : {}),
          points: {
            show: true,
            size: points ? 5 : 3,
            fill: color,
            filter: points ? undefined : alone,
          },
        })),
      ],
      // Each part of a stack fills what is between its line and the one below.
      bands: chart.stacked
        ? lines.slice(1).map((_, index) => ({ series: [index + 1, index + 2] }))
        : [],
      hooks: { draw: [draw] },
    },
    [chart.times, ...lines.map(({ values }) => values)],
    element,
  );
}
document.body.dataset.drawn = 'yes';

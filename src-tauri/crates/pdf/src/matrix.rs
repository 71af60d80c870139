//! Transformations of coordinates (ISO 32000-2 §8.3.4).

/// `[a b c d e f]`, as the operator `cm` has it.
pub(crate) type Matrix = [f64; 6];

/// One matrix, and then another.
pub(crate) fn times(first: Matrix, then: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = first;
    let [g, h, i, j, k, l] = then;
    [
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + l,
    ]
}

/// Where a matrix puts a point.
pub(crate) fn apply([a, b, c, d, e, f]: Matrix, [x, y]: [f64; 2]) -> [f64; 2] {
    [a * x + c * y + e, b * x + d * y + f]
}

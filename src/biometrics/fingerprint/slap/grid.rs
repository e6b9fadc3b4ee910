//! A plane of cells and what is done with planes: no bounds to mind, no panics.

/// Cells, row by row from the top left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid<T> {
    pub columns: usize,
    pub rows: usize,
    pub cells: Vec<T>,
}

impl<T: Copy> Grid<T> {
    pub(super) fn new(columns: usize, rows: usize, value: T) -> Self {
        Self { columns, rows, cells: vec![value; columns * rows] }
    }

    /// The cell, or nothing beyond the border.
    pub(super) fn get(&self, column: usize, row: usize) -> Option<T> {
        if column < self.columns && row < self.rows {
            self.cells.get(row * self.columns + column).copied()
        } else {
            None
        }
    }

    pub(super) fn set(&mut self, column: usize, row: usize, value: T) {
        if column < self.columns
            && row < self.rows
            && let Some(cell) = self.cells.get_mut(row * self.columns + column)
        {
            *cell = value;
        }
    }

    pub(super) fn row(&self, row: usize) -> &[T] {
        self.cells.get(row * self.columns..(row + 1) * self.columns).unwrap_or(&[])
    }

    pub(super) fn row_mut(&mut self, row: usize) -> &mut [T] {
        self.cells.get_mut(row * self.columns..(row + 1) * self.columns).unwrap_or(&mut [])
    }
}

/// A set of cells of a grid, as column and row.
pub(super) type Cells = Vec<(usize, usize)>;

/// The connected sets (four neighbours) of cells that `belongs` accepts, at least `least` cells each.
pub(super) fn components(
    columns: usize,
    rows: usize,
    least: usize,
    belongs: impl Fn(usize, usize) -> bool,
) -> Vec<Cells> {
    let mut seen = Grid::new(columns, rows, false);
    let mut found = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            if seen.get(column, row) != Some(false) || !belongs(column, row) {
                continue;
            }
            seen.set(column, row, true);
            let mut cells = vec![(column, row)];
            let mut next = 0;
            while let Some(&(c, r)) = cells.get(next) {
                next += 1;
                for (c, r) in [(c.wrapping_sub(1), r), (c + 1, r), (c, r.wrapping_sub(1)), (c, r + 1)] {
                    if seen.get(c, r) == Some(false) && belongs(c, r) {
                        seen.set(c, r, true);
                        cells.push((c, r));
                    }
                }
            }
            if cells.len() >= least {
                found.push(cells);
            }
        }
    }
    found
}

/// Steps of the distance between cells: to a side, and to a corner.
pub(super) const STRAIGHT: u16 = 3;
const ASLANT: u16 = 4;

/// Distance of every cell to the nearest that is `to`, in thirds of a cell (3-4 chamfer, Borgefors 1986).
pub(super) fn distances(set: &Grid<bool>, to: bool) -> Grid<u16> {
    let mut out = Grid::new(set.columns, set.rows, u16::MAX / 2);
    set.cells.iter().zip(&mut out.cells).filter(|(s, _)| **s == to).for_each(|(_, d)| *d = 0);
    let mut relax = |c: usize, r: usize, around: [(usize, usize, u16); 4]| {
        let near = around.into_iter().filter_map(|(c, r, step)| Some(out.get(c, r)? + step)).min().unwrap_or(u16::MAX);
        let here = out.get(c, r).unwrap_or(0);
        out.set(c, r, here.min(near));
    };
    for r in 0..set.rows {
        for c in 0..set.columns {
            let (left, up) = (c.wrapping_sub(1), r.wrapping_sub(1));
            relax(c, r, [(left, r, STRAIGHT), (left, up, ASLANT), (c, up, STRAIGHT), (c + 1, up, ASLANT)]);
        }
    }
    for r in (0..set.rows).rev() {
        for c in (0..set.columns).rev() {
            let (left, down) = (c.wrapping_sub(1), r + 1);
            relax(c, r, [(c + 1, r, STRAIGHT), (c + 1, down, ASLANT), (c, down, STRAIGHT), (left, down, ASLANT)]);
        }
    }
    out
}
